/// What pieces of an order are worth when they go back.
package enum RefundWorth {
    /// What a number of pieces of a line come to, after others of it went back, in steps that can be given back: the
    /// parts of a line add up to its total exactly, in whatever order and sizes they go back.
    package static func pieces(_ quantity: Int, of line: OrderItem, after earlier: Int) -> Money {
        let all = line.quantity.rawValue
        func worth(_ count: Int) -> Int64 {
            let count = min(max(count, 0), all)
            // No overflow: the result lies between zero and the line's total.
            let exact = Int64(Int128(line.total.amount) * Int128(count) / Int128(all))
            return count == all ? exact : exact - exact % line.total.currency.chargeableStep
        }
        return Money(worth(earlier + quantity) - worth(earlier), line.total.currency)
    }

    /// The same for several lines, less what the order's discount takes off them. Shipping and what else stands in the
    /// order is not of the pieces.
    package static func pieces(_ parts: [(line: OrderItem, quantity: Int, earlier: Int)], in totals: OrderTotals)
        -> Money
    {
        let sum = parts.reduce(Int128(0)) { $0 + Int128(pieces($1.quantity, of: $1.line, after: $1.earlier).amount) }
        let subtotal = Int128(max(totals.subtotal.amount, 1))
        let paid = max(0, Int128(totals.subtotal.amount) - Int128(totals.discount.amount))
        let worth = Int64(min(sum * paid / subtotal, Int128(Int64.max)))
        return Money(worth - worth % totals.total.currency.chargeableStep, totals.total.currency)
    }
}
