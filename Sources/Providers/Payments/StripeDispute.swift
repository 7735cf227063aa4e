internal import Domain
internal import FoundationEssentials

/// A dispute as it stands in the provider's JSON; fields we do not use are left out.
struct StripeDispute: Decodable {
    struct Evidence: Decodable {
        let dueBy: Int64?

        enum CodingKeys: String, CodingKey {
            case dueBy = "due_by"
        }
    }

    let id: String
    let amount: Int64
    let currency: String
    let paymentIntent: String?
    let reason: String?
    let status: DisputeStatus
    let created: Int64
    let evidence: Evidence?

    enum CodingKeys: String, CodingKey {
        case id, amount, currency, reason, status, created
        case paymentIntent = "payment_intent"
        case evidence = "evidence_details"
    }

    /// The dispute in our terms, `nil` when its currency, amount or time make no sense here.
    var dispute: Dispute? {
        guard let currency = Currency(currency), let amount = StripeAmount.money(amount, currency),
            let openedAt = Date(unixSeconds: created)
        else { return nil }
        return Dispute(
            id: Dispute.ID(rawValue: id), intentID: paymentIntent.map { PaymentIntent.ID(rawValue: $0) },
            amount: amount,
            reason: reason ?? "general", status: status, openedAt: openedAt,
            answerBefore: evidence?.dueBy.flatMap { Date(unixSeconds: $0) })
    }
}
