/// What has gone back of a payment, and what that makes of payment and order: a pure function of the sum, so that
/// refunds may succeed and fail in any order.
package struct RefundSum: Hashable, Sendable {
    /// What was taken.
    package let captured: Money
    /// What succeeded. Only this much has gone back.
    package let refunded: Money
    /// What can still be refunded, wherever the rest was: nothing that is asked for, under way or done counts twice.
    /// Never below zero, though what was asked for here and what was refunded at the provider may for a moment come
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

    /// Where an order that is paid, and was not canceled, stands.
    package var order: OrderStatus {
        switch payment {
        case .refunded: .refunded
        case .partiallyRefunded: .partiallyRefunded
        default: .confirmed
        }
    }
}

/// What pieces of an order are worth when they go back.
package enum RefundWorth {
    /// What a number of pieces of a line come to, after others of it were refunded, less what discounts took off them,
    /// in steps that can be refunded: the parts of a line add up to what was paid for it exactly, in whatever order and
    /// sizes they go back.
    package static func pieces(_ quantity: Int, of line: OrderItem, after earlier: Int) -> Money {
        let all = line.quantity.rawValue
        let paid = line.paid
        func worth(_ count: Int) -> Int64 {
            let count = min(max(count, 0), all)
            // No overflow: the result lies between zero and what was paid.
            let exact = Int64(Int128(paid.amount) * Int128(count) / Int128(all))
            return count == all ? exact : exact - exact % paid.currency.chargeableStep
        }
        return Money(worth(earlier + quantity) - worth(earlier), paid.currency)
    }

    /// The same for several lines of one order. Shipping and what else stands in the order is not of the pieces.
    package static func pieces(_ parts: [(line: OrderItem, quantity: Int, earlier: Int)], in currency: Currency)
        -> Money
    {
        let sum = parts.reduce(Int128(0)) { $0 + Int128(pieces($1.quantity, of: $1.line, after: $1.earlier).amount) }
        return Money(Int64(min(sum, Int128(Int64.max))), currency)
    }
}
