/// What has gone back of a payment, and what that makes of payment and order: a pure function of the sum, so that
/// refunds may succeed and fail in any order.
package struct RefundSum: Hashable, Sendable {
    /// What was taken.
    package let captured: Money
    /// What succeeded. Only this much has gone back.
    package let refunded: Money
    /// What can still be given back, wherever the rest was: nothing that is asked for, under way or done counts twice.
    /// Never below zero, though what was asked for here and what was given back at the provider may for a moment come
    /// to more than was taken.
    package let refundable: Money

    /// Adds refunds up. Throws `currencyMismatch` or `overflow`.
    package init(captured: Money, refunds: some Sequence<(amount: Money, status: RefundStatus)>) throws(MoneyError) {
        var refunded = Money.zero(captured.currency)
        var refundable = captured
        for refund in refunds where refund.status.isLive {
            refundable = try refundable.subtracting(refund.amount)
            if refund.status == .succeeded { refunded = try refunded.adding(refund.amount) }
        }
        self.captured = captured
        self.refunded = refunded
        self.refundable = Money(max(0, refundable.amount), captured.currency)
    }

    /// Where a captured payment stands.
    package var payment: PaymentStatus {
        if refunded.amount <= 0 { return .captured }
        return refunded.amount < captured.amount ? .partiallyRefunded : .refunded
    }

    /// Where an order that is paid, and was not called off, stands.
    package var order: OrderStatus {
        switch payment {
        case .refunded: .refunded
        case .partiallyRefunded: .partiallyRefunded
        default: .confirmed
        }
    }
}
