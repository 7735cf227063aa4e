import FoundationEssentials
import JSON

extension PaymentState {
    /// The customer of an intent asks the money back: the provider takes it from the shop at once, unless the bank only
    /// asks.
    /// - Parameter dueBy: until when evidence is taken, in seconds since 1970; a week unless told.
    func dispute(
        _ intent: PaymentIntent, reason: String, isInquiry: Bool = false, dueBy: Int64? = nil, at now: Date
    ) -> BookOutcome {
        let left = intent.amountReceived - refunded[intent.id, default: 0]
        guard intent.status == .succeeded, left > 0, disputeOf[intent.id] == nil else {
            return .refused(
                .unexpectedState(
                    "There is no money of this PaymentIntent to dispute, or it is disputed already.", intent))
        }
        let dispute = Dispute(
            id: ProviderID.dispute(), intent: intent.id, charge: intent.latestCharge, amount: left,
            currency: intent.currency,
            reason: reason, created: now.unixSeconds, status: isInquiry ? .warningNeedsResponse : .needsResponse,
            dueBy: dueBy ?? Dispute.dueBy(from: now.unixSeconds))
        let change = BookChange(ledger: isInquiry ? [] : [entry(intent, left, .dispute, now)], dispute: dispute)
        return BookOutcome(change: change, answer: .success(dispute.wire))
    }

    /// The bank decides, or makes a dispute of a question.
    func close(_ id: String, as status: Dispute.Status, at now: Date) -> BookOutcome {
        guard var dispute = disputes[id], let intent = intents[dispute.intent] else {
            return .refused(.missing("dispute", id, param: "id"))
        }
        let isPossible =
            dispute.isInquiry ? status == .warningClosed || status == .needsResponse : status == .won || status == .lost
        guard !dispute.status.isFinal, isPossible else {
            return .refused(
                .invalidRequest(
                    code: nil,
                    message: "This dispute is \(dispute.status.rawValue), so it cannot become \(status.rawValue)."))
        }
        let moved: LedgerEntry.Kind? =
            switch status {
            case .won: .disputeWon
            case .needsResponse: .dispute
            default: nil
            }
        dispute.status = status
        let change = BookChange(ledger: moved.map { [entry(intent, dispute.amount, $0, now)] } ?? [], dispute: dispute)
        return BookOutcome(change: change, answer: .success(dispute.wire))
    }

    /// `POST /v1/disputes/{id}`: keeps evidence, and hands it in unless `submit` is false.
    func update(_ current: Dispute, _ parameters: FormParameters, at now: Date) throws(StripeError) -> BookOutcome {
        var dispute = current
        dispute.metadata = try parameters.metadata(over: dispute.metadata ?? [:])
        if let given = parameters.fields("evidence") {
            guard !dispute.status.isFinal, (dispute.dueBy ?? .max) >= now.unixSeconds else {
                throw .invalidRequest(
                    code: nil, message: "This dispute is closed, or its evidence is past due.", param: "evidence")
            }
            for (name, value) in given.values {
                guard let text = value.text else {
                    throw .invalidRequest(code: nil, message: "Invalid string", param: "evidence[\(name)]")
                }
                guard text.count <= 20_000 else {
                    throw .invalidRequest(
                        code: "parameter_invalid_string_blank",
                        message: "Evidence has at most 20,000 characters a field.",
                        param: "evidence[\(name)]")
                }
                dispute.evidence = (dispute.evidence ?? [:]).merging([name: text]) { $1 }.filter { !$0.value.isEmpty }
            }
            if try parameters.boolean("submit") ?? true {
                dispute.submissions = (dispute.submissions ?? 0) + 1
                dispute.status = dispute.status.underReview
            }
        }
        return BookOutcome(change: BookChange(dispute: dispute), answer: .success(dispute.wire))
    }

    /// `POST /v1/disputes/{id}/close`: the shop gives in.
    func accept(_ dispute: Dispute, at now: Date) throws(StripeError) -> BookOutcome {
        guard !dispute.status.isFinal, !dispute.isInquiry else {
            throw .invalidRequest(code: nil, message: "This dispute is already closed.")
        }
        return close(dispute.id, as: .lost, at: now)
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
            guard let dispute = disputes[id], intent == nil || dispute.intent == intent,
                charge == nil || dispute.charge == charge
            else {
                return nil
            }
            return (dispute.created, { dispute.wire })
        }
    }
}
