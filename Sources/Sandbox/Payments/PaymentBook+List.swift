extension PaymentBook {
    /// `GET /v1/payment_intents`: newest first, in pages.
    func list(_ parameters: FormParameters) throws(StripeError) -> JSONValue {
        let limit = try parameters.positive("limit") ?? 10
        guard limit <= 100 else {
            throw .invalidRequest(
                code: "parameter_invalid_integer", message: "This value must be less than or equal to 100.", param: "limit")
        }
        var candidates = intentOrder.reversed()[...]
        if let last = try parameters.text("starting_after") {
            guard let index = candidates.firstIndex(of: last) else { throw .missing("payment_intent", last, param: "starting_after") }
            candidates = candidates[candidates.index(after: index)...]
        }
        let isWanted = try createdFilter(parameters)
        var page: [JSONValue] = []
        var hasMore = false
        for id in candidates {
            guard let intent = intents[id], isWanted(intent.created) else { continue }
            guard page.count < Int(limit) else {
                hasMore = true
                break
            }
            page.append(intent.wire)
        }
        return .object([("object", "list"), ("url", "/v1/payment_intents"), ("has_more", .bool(hasMore)), ("data", .array(page))])
    }

    private func createdFilter(_ parameters: FormParameters) throws(StripeError) -> (Int64) -> Bool {
        guard let created = parameters.values["created"] else { return { _ in true } }
        guard let fields = created.fields else {
            let exactly = try parameters.integer("created")
            return { $0 == exactly }
        }
        let bounds = FormParameters(fields)
        try bounds.refuse(unlessIn: ["gte", "gt", "lte", "lt"])
        let (from, after) = (try bounds.integer("gte") ?? .min, try bounds.integer("gt"))
        let (to, before) = (try bounds.integer("lte") ?? .max, try bounds.integer("lt"))
        return { time in time >= from && time <= to && after.map { time > $0 } ?? true && before.map { time < $0 } ?? true }
    }
}
