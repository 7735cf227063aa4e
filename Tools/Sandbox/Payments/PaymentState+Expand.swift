import JSON

extension PaymentState {
    /// An answer with the objects in place of their ids that `expand[]` asks for, `latest_charge.balance_transaction`
    /// or, in a list, `data.payment_intent` (https://docs.stripe.com/api/expanding_objects).
    /// - Throws: a refusal of a path that leads nowhere or too deep; then nothing must have happened.
    func expanded(_ answer: JSONValue, _ parameters: FormParameters, after change: BookChange?) throws(StripeError)
        -> JSONValue
    {
        guard let paths = parameters.values["expand"]?.elements?.compactMap(\.text), !paths.isEmpty else {
            return answer
        }
        var book = self
        if let change { book.apply(change) }
        var answer = answer
        for (index, path) in paths.enumerated() {
            let steps = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard steps.count <= 4 else {
                throw .invalidRequest(
                    code: nil, message: "You cannot expand more than 4 levels of a property.", param: "expand[\(index)]"
                )
            }
            let refusal = StripeError.invalidRequest(
                code: nil, message: "This property cannot be expanded (\(path)).", param: "expand[\(index)]")
            answer = try book.expand(answer, steps[...], refusal)
        }
        return answer
    }

    private func expand(_ value: JSONValue, _ steps: ArraySlice<String>, _ refusal: StripeError) throws(StripeError)
        -> JSONValue
    {
        guard let step = steps.first else { return value }
        guard case .object(var fields) = value, case .string(let kind)? = value["object"] else { throw refusal }
        if kind == "list" {
            guard step == "data", steps.count > 1, case .array(let items)? = value["data"] else { throw refusal }
            var expanded: [JSONValue] = []
            for item in items { expanded.append(try expand(item, steps.dropFirst(), refusal)) }
            return value.setting("data", to: .array(expanded))
        }
        guard Self.expandable[kind]?.contains(step) == true else { throw refusal }
        var inner = value[step] ?? .null
        if case .string(let id) = inner { inner = object(id) ?? inner }
        if kind == "charge", step == "refunds", value[step] == nil {
            inner = refundsOfCharge(value)
            fields[step] = inner
        }
        if case .object = inner { inner = try expand(inner, steps.dropFirst(), refusal) }
        return JSONValue.object(fields).setting(step, to: inner)
    }

    /// The object of an id.
    private func object(_ id: String) -> JSONValue? {
        if let intent = intents[id] { return intent.wire }
        if let charge = charges[id] { return wire(of: charge) }
        if let refund = refunds[id] { return refund.wire }
        if let dispute = disputes[id] { return dispute.wire }
        return TestMethod.of(id)?.wire ?? transaction(id)
    }

    private func refundsOfCharge(_ charge: JSONValue) -> JSONValue {
        guard case .string(let id)? = charge["id"] else { return .null }
        let all = refundOrder.reversed().compactMap { refunds[$0] }.filter { $0.charge == id }
        return .object([
            ("object", "list"), ("data", .array(all.prefix(10).map(\.wire))), ("has_more", .bool(all.count > 10)),
            ("url", .string("/v1/charges/\(id)/refunds")),
        ])
    }

    /// A movement on the provider's balance, its fee the usual 2.9 % and 30 of a charge.
    private func transaction(_ id: String) -> JSONValue? {
        let name = id.dropFirst("txn_".count)
        guard id.hasPrefix("txn_") else { return nil }
        let (source, type, amount, currency, created): (String, String, Int64, String, Int64)
        if let charge = charges["ch_" + name] {
            (source, type, amount, currency, created) = (
                charge.id, "charge", charge.amountCaptured, charge.currency, charge.created
            )
        } else if let refund = refunds["re_" + name] {
            (source, type, amount, currency, created) = (
                refund.id, "refund", -refund.amount, refund.currency, refund.created
            )
        } else {
            return nil
        }
        let fee = type == "charge" ? amount * 29 / 1_000 + 30 : 0
        return .object([
            ("id", .string(id)), ("object", "balance_transaction"), ("amount", .integer(amount)),
            ("available_on", .integer(created)),
            ("created", .integer(created)), ("currency", .string(currency)), ("exchange_rate", .null),
            ("fee", .integer(fee)),
            ("fee_details", .array([])), ("net", .integer(amount - fee)), ("reporting_category", .string(type)),
            ("source", .string(source)), ("status", "pending"), ("type", .string(type)),
        ])
    }

    /// Which fields hold an id that may be expanded, by kind of object.
    private static let expandable: [String: Set<String>] = [
        "payment_intent": [
            "application", "customer", "latest_charge", "on_behalf_of", "payment_method", "review", "source",
        ],
        "charge": [
            "application", "application_fee", "balance_transaction", "customer", "failure_balance_transaction",
            "on_behalf_of",
            "payment_intent", "refunds", "review", "source_transfer", "transfer",
        ],
        "refund": [
            "balance_transaction", "charge", "failure_balance_transaction", "payment_intent",
            "source_transfer_reversal",
            "transfer_reversal",
        ],
        "dispute": ["charge", "payment_intent"], "balance_transaction": ["source"], "payment_method": ["customer"],
    ]
}
