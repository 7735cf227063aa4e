import Crypto
import Domain
import Foundation
import OutboundHTTP
import Providers

/// A second payment provider, which exists in these tests alone: it shows what one takes, and that the shop's promises
/// are not Stripe's. It speaks JSON, writes amounts as decimals, has states, errors and signatures of its own.
struct AbacusModule: PaymentProviderModule {
    var name: String { "abacus" }
    var baseURL: String { "https://abacus.example" }
    var keyForm: String { "a key of Abacus, which begins with aba-" }
    var keyAdvice: String? { nil }
    var webhookSecretForm: String { "bead-…" }
    var charges: ChargeLimits { .none }

    func mode(ofKey key: String) -> PaymentMode? {
        if key.hasPrefix("aba-play-") { return .test }
        return key.hasPrefix("aba-real-") ? .live : nil
    }

    func provider(_ access: PaymentProviderAccess) throws(ProviderSettingError) -> any PaymentProvider {
        guard mode(ofKey: access.apiKey) != nil else {
            throw ProviderSettingError(setting: "payment API key", expected: "it must start with aba-.")
        }
        return AbacusPayments(
            client: access.client, key: access.apiKey, base: try BaseURL(access.baseURL, setting: "payment API address")
        )
    }

    func webhookReader(secrets: [String]) -> any PaymentWebhookReader { AbacusWebhookReader(secrets: secrets) }
}

/// Its calls.
struct AbacusPayments: PaymentProvider {
    let client: OutboundHTTPClient
    let key: String
    let base: BaseURL

    func create(_ request: PaymentIntentRequest) async throws(PaymentFailure) -> PaymentIntent {
        let body = AbacusOrder(
            total: Abacus.text(request.amount), currency: request.amount.currency.code, order: "\(request.orderID)",
            payment: request.metadata["payment_id"], shop: request.metadata["shop"],
            collect: request.captureMethod == .automatic ? "now" : "later")
        return try await charge("POST", "/charges", body, key: request.key)
    }

    func confirm(_ id: PaymentIntent.ID, method: String, key: IdempotencyKey) async throws(PaymentFailure)
        -> PaymentIntent
    {
        try await charge("POST", path(id) + "/pay", ["instrument": method], key: key)
    }

    func retrieve(_ id: PaymentIntent.ID) async throws(PaymentFailure) -> PaymentIntent {
        try await charge("GET", path(id))
    }

    func cancel(_ id: PaymentIntent.ID, key: IdempotencyKey) async throws(PaymentFailure) -> PaymentIntent {
        try await charge("POST", path(id) + "/drop", [String: String](), key: key)
    }

    func capture(_ id: PaymentIntent.ID, amount: Money?, key: IdempotencyKey) async throws(PaymentFailure)
        -> PaymentIntent
    {
        try await charge("POST", path(id) + "/collect", amount.map { ["total": Abacus.text($0)] } ?? [:], key: key)
    }

    func refund(_ request: ProviderRefundRequest) async throws(PaymentFailure) -> ProviderRefund {
        let body = [
            "charge": request.intentID.rawValue, "total": Abacus.text(request.amount), "refund": "\(request.refundID)",
            "shop": request.shop ?? "",
        ]
        return try await payout("POST", "/payouts", body, key: request.key)
    }

    func refund(_ id: ProviderRefund.ID) async throws(PaymentFailure) -> ProviderRefund {
        try await payout("GET", "/payouts/" + PercentEncoding.encode(id.rawValue))
    }

    func refunds(of id: PaymentIntent.ID) async throws(PaymentFailure) -> [ProviderRefund] {
        let list: AbacusList<AbacusPayout> = try await call("GET", path(id) + "/payouts")
        return list.items.compactMap(\.providerRefund)
    }

    func intents(createdSince time: Date, after: String?) async throws(PaymentFailure) -> ProviderPage<PaymentIntent> {
        let list: AbacusList<AbacusCharge> = try await call("GET", "/charges" + query(time, after))
        return ProviderPage(items: list.items.compactMap(\.intent), next: list.next)
    }

    func refunds(createdSince time: Date, after: String?) async throws(PaymentFailure) -> ProviderPage<ProviderRefund> {
        let list: AbacusList<AbacusPayout> = try await call("GET", "/payouts" + query(time, after))
        return ProviderPage(items: list.items.compactMap(\.providerRefund), next: list.next)
    }

    private func path(_ id: PaymentIntent.ID) -> String { "/charges/" + PercentEncoding.encode(id.rawValue) }

    private func query(_ time: Date, _ after: String?) -> String {
        "?since=\(time.unixSeconds)&from=\(after ?? "0")"
    }

    private func charge(
        _ method: String, _ path: String, _ body: (some Encodable & Sendable)? = String?.none,
        key: IdempotencyKey? = nil
    ) async throws(PaymentFailure) -> PaymentIntent {
        let charge: AbacusCharge = try await call(method, path, body, key: key)
        guard let intent = charge.intent else { throw .outcomeUnknown("the answer was no charge") }
        return intent
    }

    private func payout(
        _ method: String, _ path: String, _ body: (some Encodable & Sendable)? = String?.none,
        key: IdempotencyKey? = nil
    ) async throws(PaymentFailure) -> ProviderRefund {
        let payout: AbacusPayout = try await call(method, path, body, key: key)
        guard let refund = payout.providerRefund else { throw .outcomeUnknown("the answer was no payout") }
        return refund
    }

    private func call<Value: Decodable>(
        _ method: String, _ path: String, _ body: (some Encodable & Sendable)? = String?.none,
        key: IdempotencyKey? = nil
    ) async throws(PaymentFailure) -> Value {
        var request = OutboundRequest(method: method, url: base.text + path, timeout: .seconds(10))
        request.headers.append(name: "X-Abacus-Key", value: self.key)
        if let key { request.headers.append(name: "X-Abacus-Once", value: key.rawValue) }
        // The same call twice is the same text: a key goes with one.
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        if let body { request.body = Array((try? encoder.encode(body)) ?? Data()) }
        let response: OutboundResponse
        do {
            response = try await client.send(request)
        } catch {
            throw error.certainty == .ambiguous ? .outcomeUnknown(error.message) : .notSent(error.message)
        }
        if response.status == 200, let value = try? JSONDecoder().decode(Value.self, from: Data(response.body)) {
            return value
        }
        throw failure(response)
    }

    private func failure(_ response: OutboundResponse) -> PaymentFailure {
        guard let problem = try? JSONDecoder().decode(AbacusProblem.self, from: Data(response.body)) else {
            return .outcomeUnknown("answered \(response.status)", answered: response.status >= 500)
        }
        return switch problem.problem {
        case "refused": .declined(Decline(code: problem.why, message: "No."), problem.charge?.intent)
        case "state": .unexpectedState(problem.charge?.intent)
        case "unknown": .notFound
        case "instrument": .unusableMethod(problem.why)
        case "key": .configuration(problem.why)
        default: .invalidRequest(problem.why, code: problem.why)
        }
    }
}

/// Its webhooks: `Abacus-Seal: <seconds>.<code>`, the code being HMAC-SHA256 of `<seconds>:<body>` in base64.
struct AbacusWebhookReader: PaymentWebhookReader {
    let secrets: [String]
    var apiVersion: String? { nil }

    static func seal(_ body: [UInt8], secret: String, at time: Int64) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(time):".utf8) + body, using: SymmetricKey(data: Data(secret.utf8)))
        return "\(time).\(Data(code).base64EncodedString())"
    }

    func verify(_ body: [UInt8], header: (String) -> [String], at now: Int64) throws(SignatureFault) {
        guard let seal = header("Abacus-Seal").first else { throw .missing }
        let parts = seal.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let time = Int64(parts[0]) else { throw .malformed }
        guard (now - 60...now + 60).contains(time) else { throw .stale }
        guard secrets.contains(where: { Self.seal(body, secret: $0, at: time) == seal }) else { throw .wrong }
    }

    func content(of body: [UInt8]) -> PaymentWebhookContent {
        guard let event = try? JSONDecoder().decode(AbacusEvent.self, from: Data(body)) else { return .unreadable }
        return .notification(
            PaymentNotification(
                id: event.event, type: event.what, isLive: false, objectID: event.charge?.id ?? event.payout?.id,
                occurredAt: Date(timeIntervalSince1970: TimeInterval(event.at)),
                payload: String(decoding: body, as: UTF8.self)))
    }

    func kind(ofType type: String) -> PaymentEventKind? {
        [
            "charge paid": .intentSucceeded, "charge held": .intentCapturable, "charge refused": .intentFailed,
            "charge at bank": .intentRequiresAction, "charge dropped": .intentCanceled, "payout done": .refundUpdated,
        ][type]
    }

    func event(ofType type: String, in payload: String) -> PaymentEvent? {
        guard let event = try? JSONDecoder().decode(AbacusEvent.self, from: Data(payload.utf8)) else { return nil }
        switch kind(ofType: type) {
        case .intentSucceeded, .intentCapturable, .intentCanceled:
            return event.charge?.intent.map(PaymentEvent.settled)
        case .intentFailed, .intentRequiresAction: return event.charge?.intent.map(PaymentEvent.passed)
        case .refundUpdated: return event.payout?.providerRefund.map(PaymentEvent.refund)
        default: return nil
        }
    }
}
