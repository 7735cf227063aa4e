import JSON

extension PaymentState {
    /// `GET /v1/charges/{id}`
    func charge(_ id: String?) throws(StripeError) -> Charge {
        guard let id, let charge = charges[id] else { throw .missing("charge", id ?? "", param: "id") }
        return charge
    }

    /// `GET /v1/charges`; of one intent where given.
    func listCharges(_ parameters: FormParameters) throws(StripeError) -> JSONValue {
        let intent = try parameters.text("payment_intent")
        return try Listing(parameters).page(of: chargeOrder, "charge", at: "/v1/charges") { id in
            guard let charge = charges[id], intent == nil || charge.intent == intent else { return nil }
            return (charge.created, { wire(of: charge) })
        }
    }

    /// `GET /v1/payment_methods/{id}`
    static func method(_ id: String?) throws(StripeError) -> JSONValue {
        guard let id, let method = TestMethod.of(id) else {
            throw .missing("PaymentMethod", id ?? "", param: "payment_method")
        }
        return method.wire
    }

    /// A charge as the provider writes it.
    /// - Parameter more: given back by a change that is not yet applied, in minor units.
    func wire(of charge: Charge, more: Int64 = 0, intent newer: PaymentIntent? = nil) -> JSONValue {
        guard let intent = newer ?? intents[charge.intent] else { return .null }
        let refunded = charge.failure == nil ? refunded[charge.intent, default: 0] + more : 0
        let isDisputed = charge.failure == nil && disputeOf[charge.intent] != nil
        return charge.wire(refunded: refunded, isDisputed: isDisputed, of: intent)
    }
}
