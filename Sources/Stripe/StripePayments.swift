package import Domain
package import FoundationEssentials
package import Logging
package import OutboundHTTP
package import Providers

/// Payments over the Stripe API, or over anything that speaks it.
///
/// Source: Stripe API reference, version ``apiVersion``: Payment Intents, Refunds, Errors, Idempotent requests.
package struct StripePayments: PaymentProvider {
    /// The version every call names, so that the provider's changes do not reach us unasked.
    package static let apiVersion = "2024-10-28.acacia"

    /// Where an intent keeps what is known of the card; it is only named unless asked for.
    private static let charge = "latest_charge"

    private static let intents = "/v1/payment_intents"

    private let client: OutboundHTTPClient
    private let key: StripeKey
    private let base: BaseURL
    private let timeout: Duration
    private let logger: Logger

    /// Checks key and address; sends nothing.
    ///
    /// - Parameters:
    ///   - apiKey: `sk_test_…` or `sk_live_…` (or a restricted `rk_…`). A live key is refused for any address but
    ///     Stripe's own.
    ///   - baseURL: where the API is, without `/v1`.
    ///   - timeout: limit for one whole call.
    /// - Throws: when key or address cannot be used.
    package init(
        client: OutboundHTTPClient, apiKey: String, baseURL: String = "https://api.stripe.com",
        timeout: Duration = .seconds(15),
        logger: Logger
    ) throws(ProviderSettingError) {
        let base = try BaseURL(baseURL, setting: "payment API address")
        key = try StripeKey(apiKey, for: base)
        self.base = base
        self.client = client
        self.timeout = timeout
        self.logger = logger
    }

    /// `POST /v1/payment_intents` with `confirm=false`.
    package func create(_ request: PaymentIntentRequest) async throws(PaymentFailure) -> PaymentIntent {
        let form = try Self.creationForm(request)
        return try await call("POST", Self.intents, form: form, key: request.key).intent()
    }

    /// `POST /v1/payment_intents/{id}/confirm`.
    package func confirm(_ id: PaymentIntent.ID, method: String, key: IdempotencyKey) async throws(PaymentFailure)
        -> PaymentIntent
    {
        var form = FormBody()
        form.append("payment_method", value: method)
        form.append("expand", "0", value: Self.charge)
        return try await call("POST", Self.path(id) + "/confirm", form: form, key: key).intent()
    }

    /// `GET /v1/payment_intents/{id}`.
    package func retrieve(_ id: PaymentIntent.ID) async throws(PaymentFailure) -> PaymentIntent {
        try await call("GET", Self.path(id) + "?expand%5B0%5D=" + Self.charge).intent()
    }

    /// `POST /v1/payment_intents/{id}/cancel`.
    package func cancel(_ id: PaymentIntent.ID, key: IdempotencyKey) async throws(PaymentFailure) -> PaymentIntent {
        try await call("POST", Self.path(id) + "/cancel", form: FormBody(), key: key).intent()
    }

    /// `POST /v1/payment_intents/{id}/capture`.
    package func capture(_ id: PaymentIntent.ID, amount: Money?, key: IdempotencyKey) async throws(PaymentFailure)
        -> PaymentIntent
    {
        var form = FormBody()
        if let amount {
            guard let units = StripeAmount.units(of: amount), units > 0 else {
                throw .invalidRequest("\(amount) cannot be captured in this currency's units.")
            }
            form.append("amount_to_capture", value: String(units))
        }
        form.append("expand", "0", value: Self.charge)
        return try await call("POST", Self.path(id) + "/capture", form: form, key: key).intent()
    }

    static func creationForm(_ request: PaymentIntentRequest) throws(PaymentFailure) -> FormBody {
        guard let units = StripeAmount.units(of: request.amount), units > 0 else {
            throw .invalidRequest(
                "\(request.amount) cannot be charged in this currency's units.", code: "amount_not_chargeable")
        }
        var form = FormBody()
        form.append("amount", value: String(units))
        form.append("currency", value: request.amount.currency.code.lowercased())
        form.append("capture_method", value: request.captureMethod.rawValue)
        form.append("confirm", value: "false")
        form.append("payment_method_types", "0", value: "card")
        form.append("description", value: "Order \(request.orderNumber)")
        form.append("metadata", "order_id", value: request.orderID.description)
        for (name, value) in request.metadata.sorted(by: { $0.key < $1.key }) where name != "order_id" {
            form.append("metadata", name, value: value)
        }
        return form
    }

    /// The identifier is the provider's own text, but a path is built with it.
    private static func path(_ id: PaymentIntent.ID) -> String {
        intents + "/" + PercentEncoding.encode(id.rawValue)
    }

    /// One call. A `form`, empty or not, is the body; reading has none.
    func call(
        _ method: String, _ path: String, form: FormBody? = nil, key idempotencyKey: IdempotencyKey? = nil
    ) async throws(PaymentFailure) -> StripeAnswer {
        var request = OutboundRequest(method: method, url: base.text + path, body: form?.bytes, timeout: timeout)
        request.headers.append(name: "Authorization", value: "Bearer \(key.secret)")
        request.headers.append(name: "Stripe-Version", value: Self.apiVersion)
        request.headers.append(name: "Accept", value: "application/json")
        if form != nil { request.headers.append(name: "Content-Type", value: "application/x-www-form-urlencoded") }
        if let idempotencyKey { request.headers.append(name: "Idempotency-Key", value: idempotencyKey.rawValue) }
        let response: OutboundResponse
        do {
            response = try await client.send(request)
        } catch {
            throw Self.failure(error)
        }
        logger.debug(
            "payment provider answered",
            metadata: [
                "request_id": "\(response.headers["Request-Id"] ?? "none")", "status": "\(response.status)",
                "replayed": "\(response.headers["Idempotent-Replayed"] == "true")",
            ])
        return StripeAnswer(response, isLive: key.isLive)
    }

    private static func failure(_ error: OutboundError) -> PaymentFailure {
        switch (error.certainty, error.code) {
        case (.ambiguous, _): .outcomeUnknown(error.message)
        case (.notSent, .badURL), (.notSent, .invalidRequest): .invalidRequest(error.message)
        case (.notSent, _): .notSent(error.message)
        }
    }
}

extension StripePayments {
    /// `POST /v1/refunds`.
    package func refund(_ request: ProviderRefundRequest) async throws(PaymentFailure) -> ProviderRefund {
        let form = try Self.refundForm(request)
        return try await call("POST", "/v1/refunds", form: form, key: request.key).refund(isNew: true)
    }

    /// `GET /v1/refunds/{id}`.
    package func refund(_ id: ProviderRefund.ID) async throws(PaymentFailure) -> ProviderRefund {
        try await call("GET", "/v1/refunds/" + PercentEncoding.encode(id.rawValue)).refund()
    }

    /// `GET /v1/refunds?payment_intent=…`.
    package func refunds(of id: PaymentIntent.ID) async throws(PaymentFailure) -> [ProviderRefund] {
        try await call("GET", "/v1/refunds?limit=100&payment_intent=" + PercentEncoding.encode(id.rawValue)).refunds()
    }

    private static func refundForm(_ request: ProviderRefundRequest) throws(PaymentFailure) -> FormBody {
        guard let units = StripeAmount.units(of: request.amount), units > 0 else {
            throw .invalidRequest(
                "\(request.amount) cannot be refunded in this currency's units.", code: "amount_not_chargeable")
        }
        var form = FormBody()
        form.append("payment_intent", value: request.intentID.rawValue)
        form.append("amount", value: String(units))
        if let reason = request.reason.stripeReason { form.append("reason", value: reason) }
        form.append("metadata", "order_id", value: request.orderID.description)
        if let shop = request.shop { form.append("metadata", "shop", value: shop) }
        form.append("metadata", "refund_id", value: request.refundID.description)
        return form
    }
}

extension StripePayments {
    /// `GET /v1/payment_intents?created[gte]=…`.
    package func intents(createdSince time: Date, after: String?) async throws(PaymentFailure) -> ProviderPage<
        PaymentIntent
    > {
        try await call("GET", Self.list("/v1/payment_intents", createdSince: time, after: after)).intentPage()
    }

    /// `GET /v1/refunds?created[gte]=…`.
    package func refunds(createdSince time: Date, after: String?) async throws(PaymentFailure) -> ProviderPage<
        ProviderRefund
    > {
        try await call("GET", Self.list("/v1/refunds", createdSince: time, after: after)).refundPage()
    }

    /// The provider counts in whole seconds; rounding down leaves nothing out.
    private static func list(_ path: String, createdSince time: Date, after: String?) -> String {
        let since = max(0, time.unixSeconds)
        return path + "?limit=100&created%5Bgte%5D=\(since)"
            + (after.map { "&starting_after=" + PercentEncoding.encode($0) } ?? "")
    }
}

/// A body of `application/x-www-form-urlencoded` pairs, nested names written with brackets: `metadata[order_id]=…`.
struct FormBody {
    private(set) var text = ""

    /// Adds a pair. `path` holds the name and the names nested in it.
    mutating func append(_ path: String..., value: String) {
        guard let name = path.first else { return }
        if !text.isEmpty { text += "&" }
        text += PercentEncoding.encode(name) + path.dropFirst().map { "[\(PercentEncoding.encode($0))]" }.joined()
        text += "=" + PercentEncoding.encode(value)
    }

    var bytes: [UInt8] { Array(text.utf8) }
}
