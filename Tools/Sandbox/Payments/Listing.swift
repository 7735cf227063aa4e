import JSON

/// One page of a list of the provider's: newest first, `limit` of them, after `starting_after` or before
/// `ending_before`, made within `created` (https://docs.stripe.com/api/pagination).
struct Listing: Sendable {
    private let limit: Int
    private let after: String?
    private let before: String?
    private let isWanted: @Sendable (Int64) -> Bool

    /// - Throws: a refusal of the first parameter that cannot be used.
    init(_ parameters: FormParameters) throws(StripeError) {
        let limit = try parameters.positive("limit") ?? 10
        guard limit <= 100 else {
            throw .invalidRequest(
                code: "parameter_invalid_integer", message: "This value must be less than or equal to 100.",
                param: "limit")
        }
        self.limit = Int(limit)
        after = try parameters.text("starting_after")
        before = try parameters.text("ending_before")
        guard after == nil || before == nil else {
            throw .invalidRequest(
                code: nil, message: "You may only specify one of these parameters: ending_before, starting_after.",
                param: "ending_before")
        }
        isWanted = try Self.createdFilter(parameters)
    }

    /// The page.
    /// - Parameters:
    ///   - ids: of everything there is, oldest first.
    ///   - kind: what they are, for the refusal of an unknown `starting_after`.
    ///   - entry: when one was made and how it is written; nil leaves it out.
    func page(
        of ids: [String], _ kind: String, at url: String, _ entry: (String) -> (created: Int64, wire: () -> JSONValue)?
    ) throws(StripeError) -> JSONValue {
        var candidates = before == nil ? ids.reversed() : ids
        if let mark = after ?? before {
            guard let index = candidates.firstIndex(of: mark) else {
                throw .missing(kind, mark, param: before == nil ? "starting_after" : "ending_before")
            }
            candidates.removeSubrange(...index)
        }
        var page: [JSONValue] = []
        var hasMore = false
        for id in candidates {
            guard let entry = entry(id), isWanted(entry.created) else { continue }
            guard page.count < limit else {
                hasMore = true
                break
            }
            page.append(entry.wire())
        }
        // Those before a mark are the nearest to it, and still the newest first.
        if before != nil { page.reverse() }
        return .object([
            ("object", "list"), ("url", .string(url)), ("has_more", .bool(hasMore)), ("data", .array(page)),
        ])
    }

    private static func createdFilter(_ parameters: FormParameters) throws(StripeError) -> @Sendable (Int64) -> Bool {
        guard let created = parameters.values["created"] else { return { _ in true } }
        guard let fields = created.fields else {
            let exactly = try parameters.integer("created")
            return { $0 == exactly }
        }
        let bounds = FormParameters(fields)
        let (from, after) = (try bounds.integer("gte") ?? .min, try bounds.integer("gt"))
        let (to, before) = (try bounds.integer("lte") ?? .max, try bounds.integer("lt"))
        return { time in
            time >= from && time <= to && after.map { time > $0 } ?? true && before.map { time < $0 } ?? true
        }
    }
}

extension PaymentState {
    /// `GET /v1/payment_intents`
    func list(_ parameters: FormParameters) throws(StripeError) -> JSONValue {
        try Listing(parameters).page(of: intentOrder, "payment_intent", at: "/v1/payment_intents") { id in
            intents[id].map { intent in (intent.created, { intent.wire }) }
        }
    }

    /// `GET /v1/refunds`; of one intent or one charge where given.
    func listRefunds(_ parameters: FormParameters) throws(StripeError) -> JSONValue {
        let (intent, charge) = (try parameters.text("payment_intent"), try parameters.text("charge"))
        return try Listing(parameters).page(of: refundOrder, "refund", at: "/v1/refunds") { id in
            guard let refund = refunds[id], intent == nil || refund.intent == intent,
                charge == nil || refund.charge == charge
            else {
                return nil
            }
            return (refund.created, { refund.wire })
        }
    }

    /// `GET /v1/events`; of one type (`charge.*` means all that begin so) or several where given.
    func listEvents(_ parameters: FormParameters) throws(StripeError) -> JSONValue {
        var types = parameters.values["types"]?.elements?.compactMap(\.text)
        if let type = try parameters.text("type") { types = [type] }
        return try Listing(parameters).page(of: eventOrder, "event", at: "/v1/events") { id in
            guard let event = events[id], types?.contains(where: { Self.matches(event.kind.rawValue, $0) }) ?? true
            else { return nil }
            return (event.created, { event.wire })
        }
    }

    /// `GET /v1/events/{id}`
    func event(_ id: String?) throws(StripeError) -> Event {
        guard let id, let event = events[id] else { throw .missing("event", id ?? "", param: "id") }
        return event
    }

    private static func matches(_ type: String, _ pattern: String) -> Bool {
        pattern.hasSuffix("*") ? type.hasPrefix(pattern.dropLast()) : type == pattern
    }
}
