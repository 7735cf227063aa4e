/// What one order needs from stock.
package struct StockDemand: Hashable, Sendable {
    /// Who needs it.
    package let orderID: Order.ID
    /// How many pieces of each stock-keeping unit.
    package let quantities: [SKU: Int]

    /// Lines of the same unit add up.
    package init(orderID: Order.ID, lines: some Sequence<(SKU, Quantity)>) {
        self.orderID = orderID
        quantities = lines.reduce(into: [:]) { $0[$1.0, default: 0] += $1.1.rawValue }
    }
}
