/// The amounts of an order, all in one currency: total = subtotal − discount + shipping + tax.
package struct OrderTotals: Hashable, Codable, Sendable {
    /// Sum of the lines.
    package let subtotal: Money
    /// What is taken off, as an amount not below zero.
    package let discount: Money
    /// What sending costs.
    package let shipping: Money
    /// Tax on top.
    package let tax: Money
    /// What is charged.
    package let total: Money

    /// Adds up. Throws `currencyMismatch` or `overflow`.
    package init(subtotal: Money, discount: Money? = nil, shipping: Money? = nil, tax: Money? = nil) throws(MoneyError)
    {
        let zero = Money.zero(subtotal.currency)
        self.subtotal = subtotal
        self.discount = discount ?? zero
        self.shipping = shipping ?? zero
        self.tax = tax ?? zero
        total = try subtotal.subtracting(self.discount).adding(self.shipping).adding(self.tax)
    }

    /// Adds up the lines of an order with nothing taken off and nothing on top. Throws `currencyMismatch` or
    /// `overflow`.
    package init(items: some Sequence<OrderItem>, currency: Currency) throws(MoneyError) {
        try self.init(subtotal: Money.sum(items.map(\.total), in: currency))
    }
}
