import Domain

/// Body of `POST /admin/orders/{id}/refunds`.
struct OrderRefundRequest: Equatable {
    /// nil: all that is left.
    let amount: Money?
    let reason: RefundReason
    let restock: Bool

    init(_ fields: consuming RequestFields) throws(Problem) {
        let amount = fields.has("amount") ? fields.money("amount") : nil
        if let amount, amount.amount == 0 { fields.note("amount.amount", .outOfRange, "There is nothing to give back.") }
        let reason =
            fields.has("reason")
            ? fields.parsed("reason", "Expected requested_by_customer, duplicate or fraudulent.", Self.reason) : .requestedByCustomer
        let restock = fields.has("restock") ? fields.boolean("restock") : false
        guard fields.isComplete, let reason, let restock else { throw fields.rejection }
        self.amount = amount
        self.reason = reason
        self.restock = restock
    }

    private static func reason(_ text: String) -> RefundReason? {
        RefundReason(rawValue: text).flatMap { $0.isForPeople ? $0 : nil }
    }
}
