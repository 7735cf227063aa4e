internal import Domain
internal import FoundationEssentials
import JSON
internal import OutboundHTTP

/// What an answer of the payment provider means. Pure: this is the error table of the provider design in code.
struct StripeAnswer {
    let status: Int
    let requestID: String?
    /// `Stripe-Should-Retry`: the provider's own word on whether the same call may be repeated, which outranks the rule
    /// by status.
    let shouldRetry: Bool?
    let retryAfter: Duration?
    let body: [UInt8]
    /// Whether the key that was asked with moves real money.
    let isLive: Bool

    init(_ response: OutboundResponse, isLive: Bool) {
        self.isLive = isLive
        status = response.status
        requestID = response.headers["Request-Id"]
        shouldRetry = response.headers["Stripe-Should-Retry"].flatMap {
            ["true": true, "false": false][$0.lowercased()]
        }
        retryAfter = response.headers["Retry-After"].flatMap { Int($0) }.flatMap {
            (0...3600).contains($0) ? .seconds($0) : nil
        }
        body = response.body
    }

    /// The intent, or the failure the answer stands for.
    func intent() throws(PaymentFailure) -> PaymentIntent {
        try value(StripeIntent.self, "a payment intent") { (wire) throws(PaymentFailure) in
            // Play money must never confirm an order, nor real money pay for a test.
            guard (wire.isLive ?? isLive) == isLive else {
                throw .configuration(
                    "the answer is about \(isLive ? "play" : "real") money, which the key is not for" + requestNote)
            }
            return wire.intent(requestID: requestID)
        }
    }

    /// The refund, or the failure the answer stands for.
    ///
    /// - Parameter isNew: whether it was to be made. Then a refusal is told in the provider's own words, for operators:
    ///   what they say is of amounts, and of nothing that a customer entered.
    func refund(isNew: Bool = false) throws(PaymentFailure) -> ProviderRefund {
        do throws(PaymentFailure) {
            return try value(StripeRefund.self, "a refund") { $0.refund(requestID: requestID) }
        } catch {
            guard isNew, case .invalidRequest = error, let problem = decode(StripeProblem.Envelope.self)?.error else {
                throw error
            }
            let words = [problem.code, problem.message.map { String($0.prefix(300)) }].compactMap { $0 }.joined(
                separator: ": ")
            throw .invalidRequest((words.isEmpty ? problem.summary : words) + requestNote, code: problem.code)
        }
    }

    /// The refunds of a list, or the failure the answer stands for. One that makes no sense spoils the list: it may be
    /// the one looked for.
    func refunds() throws(PaymentFailure) -> [ProviderRefund] {
        try value(StripePage<StripeRefund>.self, "a list of refunds") { page in
            let refunds = page.data.compactMap { $0.refund(requestID: requestID) }
            return refunds.count == page.data.count ? refunds : nil
        }
    }

    /// One page of the list of all intents, or the failure the answer stands for.
    func intentPage() throws(PaymentFailure) -> ProviderPage<PaymentIntent> {
        try value(StripePage<StripeIntent>.self, "a list of payment intents") { page in
            page.page(\.id) { $0.intent(requestID: requestID) }
        }
    }

    /// One page of the list of all refunds, or the failure the answer stands for.
    func refundPage() throws(PaymentFailure) -> ProviderPage<ProviderRefund> {
        try value(StripePage<StripeRefund>.self, "a list of refunds") { page in
            page.page(\.id) { $0.refund(requestID: requestID) }
        }
    }

    private func value<Wire: Decodable, Value>(
        _ type: Wire.Type, _ what: String, _ convert: (Wire) throws(PaymentFailure) -> Value?
    ) throws(PaymentFailure) -> Value {
        guard (200...299).contains(status) else { throw failure() }
        guard let wire = decode(type), let value = try convert(wire) else {
            throw .outcomeUnknown("the answer was not \(what)" + requestNote)
        }
        return value
    }

    private func failure() -> PaymentFailure {
        let problem = decode(StripeProblem.Envelope.self)?.error
        let intent = problem?.intent?.intent(requestID: requestID)
        let summary = "answered \(status): \(problem?.summary ?? "no reason given")" + requestNote
        switch status {
        case 402:
            // Anything but a card error under this status is not in the provider's book: the intent itself knows.
            guard let problem, problem.type == "card_error" else { return .outcomeUnknown(summary) }
            return .declined(decline(problem), intent)
        case 400 where problem?.code == "payment_intent_unexpected_state":
            return .unexpectedState(intent)
        // The customer named a payment method that does not exist or cannot be used: their mistake, and they may name
        // another.
        case 400 where isAboutMethod(problem), 404 where isAboutMethod(problem): return .unusableMethod(summary)
        case 401, 403: return .configuration(summary)
        case 404 where problem?.isAboutOtherMode == true: return .configuration(summary)
        // What a proxy on the way says of an address is not the provider's word on an object of ours.
        case 404: return problem?.code == "resource_missing" ? .notFound : .invalidRequest(summary)
        case 409, 429:
            if shouldRetry == false { return .unexpectedState(intent) }
            return status == 409 ? .inProgress : .rateLimited(retryAfter: retryAfter)
        // Not the provider's word on what was asked, but on how the call came to it.
        case 408, 424, 425: return .inProgress
        // The provider's word is in its own form; what a proxy on the way says is not its last.
        case 400...499:
            return shouldRetry == true
                ? .inProgress : .invalidRequest(summary, code: problem.flatMap { $0.code ?? $0.type })
        case 300...399: return .configuration("the address answers with a redirect (\(status))")
        // A stored 5xx is replayed under its key for a day: only the intent tells.
        default: return .outcomeUnknown(summary, answered: status >= 500)
        }
    }

    private func decline(_ problem: StripeProblem) -> Decline {
        Decline(
            code: problem.code ?? "card_declined", declineCode: problem.declineCode,
            message: problem.message ?? "The card was declined.",
            fingerprint: problem.method?.fingerprint)
    }

    private func isAboutMethod(_ problem: StripeProblem?) -> Bool {
        problem?.type == "invalid_request_error" && problem?.param == "payment_method"
    }

    private var requestNote: String {
        requestID.map { " (request \($0))" } ?? ""
    }

    private func decode<Value: Decodable>(_ type: Value.Type) -> Value? {
        try? JSONCoder.decode(type, from: body)
    }
}

/// An error as it stands in the provider's JSON.
struct StripeProblem: Decodable {
    struct Envelope: Decodable {
        let error: StripeProblem
    }

    let type: String?
    let code: String?
    let declineCode: String?
    let message: String?
    let param: String?
    let intent: StripeIntent?
    let method: StripeMethod?

    enum CodingKeys: String, CodingKey {
        case type, code, message, param
        case declineCode = "decline_code"
        case intent = "payment_intent"
        case method = "payment_method"
    }

    /// Whether there is such an object for a key of the other mode, test or live: the settings are wrong, not the id.
    var isAboutOtherMode: Bool { message?.contains("a similar object exists in") ?? false }

    /// What may be logged of it: its codes, not its sentence, which can quote what a customer entered.
    var summary: String {
        let names = [type, code, param.map { "at \($0)" }].compactMap { $0 }
        return names.isEmpty ? "no reason given" : names.joined(separator: ", ")
    }
}

/// One page of a list as it stands in the provider's JSON.
struct StripePage<Entry: Decodable>: Decodable {
    let data: [Entry]
    let hasMore: Bool?

    enum CodingKeys: String, CodingKey {
        case data
        case hasMore = "has_more"
    }

    /// The page in our terms. The next one begins after the last entry of this one, readable or not.
    func page<Item: Sendable>(_ id: (Entry) -> String, _ convert: (Entry) -> Item?) -> ProviderPage<Item> {
        var items: [Item] = []
        var unreadable: [String] = []
        for entry in data {
            if let item = convert(entry) { items.append(item) } else { unreadable.append(id(entry)) }
        }
        return ProviderPage(items: items, unreadable: unreadable, next: hasMore == true ? data.last.map(id) : nil)
    }
}
