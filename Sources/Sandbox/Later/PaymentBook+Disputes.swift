import FoundationEssentials

extension PaymentBook {
    /// The customer of an intent asks the money back: the provider takes it from the shop at once.
    func dispute(_ intent: PaymentIntent, reason: String, at now: Date) -> BookOutcome {
        let left = intent.amountReceived - refunded[intent.id, default: 0]
        guard intent.status == .succeeded, left > 0, disputeOf[intent.id] == nil else {
            return .refused(.unexpectedState("There is no money of this PaymentIntent to dispute, or it is disputed already.", intent))
        }
        let dispute = Dispute(
            id: ProviderID.dispute(), intent: intent.id, charge: intent.latestCharge, amount: left, currency: intent.currency,
            reason: reason, created: now.unixSeconds, status: .needsResponse)
        let change = BookChange(ledger: [entry(intent, left, .dispute, now)], dispute: dispute)
        return BookOutcome(change: change, answer: .success(dispute.wire))
    }

    /// The bank decides.
    func close(_ id: String, as status: Dispute.Status, at now: Date) -> BookOutcome {
        guard var dispute = disputes[id], let intent = intents[dispute.intent] else {
            return .refused(.missing("dispute", id, param: "id"))
        }
        guard dispute.status == .needsResponse, status != .needsResponse else {
            return .refused(.invalidRequest(code: nil, message: "This dispute is already \(dispute.status.rawValue)."))
        }
        dispute.status = status
        let returned = status == .won ? [entry(intent, dispute.amount, .disputeWon, now)] : []
        return BookOutcome(change: BookChange(ledger: returned, dispute: dispute), answer: .success(dispute.wire))
    }

    /// `GET /v1/disputes/{id}`
    func dispute(_ id: String?) throws(StripeError) -> Dispute {
        guard let id, let dispute = disputes[id] else { throw .missing("dispute", id ?? "", param: "id") }
        return dispute
    }

    /// `GET /v1/disputes`; of one intent or one charge where given.
    func listDisputes(_ parameters: FormParameters) throws(StripeError) -> JSONValue {
        let (intent, charge) = (try parameters.text("payment_intent"), try parameters.text("charge"))
        return try Listing(parameters).page(of: disputeOrder, "dispute", at: "/v1/disputes") { id in
            guard let dispute = disputes[id], intent == nil || dispute.intent == intent, charge == nil || dispute.charge == charge else {
                return nil
            }
            return (dispute.created, { dispute.wire })
        }
    }
}
