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

/// Decides which of several waiting orders get stock: a pure function of the stock and the orders.
///
/// Orders are served as they arrived. An order gets everything it asks for or nothing; one that gets nothing takes
/// nothing away from those behind it. So no unit is promised twice, the sum promised never exceeds what is available,
/// and the same input gives the same decisions.
package struct StockAllocation: Sendable {
    /// What an order was told.
    package enum Decision: Hashable, Sendable {
        /// Everything is reserved.
        case held
        /// Nothing is reserved, because of these shortages, in order of SKU.
        case rejected([Shortage])
    }

    /// Too little of one unit.
    package struct Shortage: Hashable, Sendable {
        package let sku: SKU
        /// How many pieces the order asked for.
        package let wanted: Int
        /// How many were left when its turn came.
        package let available: Int

        package init(sku: SKU, wanted: Int, available: Int) {
            self.sku = sku
            self.wanted = wanted
            self.available = available
        }
    }

    /// One decision for each order, in the order of arrival.
    package private(set) var decisions: [(orderID: Order.ID, decision: Decision)] = []
    /// How many more pieces of each unit are now reserved. Units of which nothing was taken are absent.
    package private(set) var taken: [SKU: Int] = [:]

    private init() {}

    /// Serves the orders one after the other. A unit that is missing from `stock` has nothing available.
    package static func allocate(stock: [SKU: Stock], orders: some Sequence<StockDemand>) -> StockAllocation {
        var result = StockAllocation()
        for order in orders { result.serve(order, from: stock) }
        return result
    }

    private mutating func serve(_ order: StockDemand, from stock: [SKU: Stock]) {
        let shortages = order.quantities.sorted { $0.key < $1.key }.compactMap { sku, wanted -> Shortage? in
            let available = (stock[sku]?.available ?? 0) - taken[sku, default: 0]
            return wanted > available ? Shortage(sku: sku, wanted: wanted, available: max(0, available)) : nil
        }
        guard shortages.isEmpty else {
            decisions.append((order.orderID, .rejected(shortages)))
            return
        }
        for (sku, wanted) in order.quantities { taken[sku, default: 0] += wanted }
        decisions.append((order.orderID, .held))
    }
}
