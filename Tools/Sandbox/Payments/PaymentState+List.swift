import JSON

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
