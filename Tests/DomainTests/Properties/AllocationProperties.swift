import Domain
import PropertySupport
import Testing

@Suite("Whatever is asked for, stock is promised once")
struct AllocationProperties {
    struct Scenario: Sendable {
        let stock: [SKU: Stock]
        let orders: [StockDemand]
        /// Where the orders are cut into batches.
        let cut: Int
    }

    static let units = (0..<4).compactMap { SKU(rawValue: "UNIT-\($0)") }

    static let scenarios: Gen<Scenario> = {
        let stock = both(Gen<Int>.int(0...20), Gen<Int>.int(0...20)).list(1...4)
        let line = both(
            Gen<SKU>.one(of: AllocationProperties.units), Gen<Int>.int(1...6).map { Quantity(rawValue: $0) ?? .one })
        let orders = line.list(1...4).list(0...40)
        return all(stock, orders, Gen<Int>.int(0...40)).map { levels, orders, cut in
            // Fewer levels than units: some unit has no row.
            let stock = zip(AllocationProperties.units, levels).map {
                Stock(sku: $0, onHand: $1.0 + $1.1, reserved: $1.1)
            }
            return Scenario(
                stock: Dictionary(uniqueKeysWithValues: stock.map { ($0.sku, $0) }),
                orders: orders.map { StockDemand(orderID: Order.ID(), lines: $0) }, cut: min(cut, orders.count))
        }
    }()

    @Test("stock is never oversold")
    func neverOversells() {
        property("what is taken is there, and is exactly what the orders that got something asked for", Self.scenarios)
        { scenario in
            let allocation = StockAllocation.allocate(stock: scenario.stock, orders: scenario.orders)
            try demandEqual(allocation.decisions.map(\.orderID), scenario.orders.map(\.orderID))
            var held: [SKU: Int] = [:]
            for (order, result) in zip(scenario.orders, allocation.decisions) where result.decision == .held {
                held.merge(order.quantities) { $0 + $1 }
            }
            try demandEqual(held, allocation.taken)
            for (sku, taken) in allocation.taken {
                try demand(taken <= scenario.stock[sku]?.available ?? 0, "\(taken) of \(sku)")
            }
        }
    }

    @Test("a batch decides as its orders would one by one")
    func batchesAreOneByOne() {
        property("in two batches every order is told the same as in one", Self.scenarios) { scenario in
            let whole = StockAllocation.allocate(stock: scenario.stock, orders: scenario.orders)
            let first = StockAllocation.allocate(stock: scenario.stock, orders: scenario.orders.prefix(scenario.cut))
            var left = scenario.stock
            for (sku, taken) in first.taken {
                guard let stock = left[sku] else { throw Falsified(description: "taken from nothing: \(sku)") }
                left[sku] = Stock(sku: sku, onHand: stock.onHand, reserved: stock.reserved + taken)
            }
            let second = StockAllocation.allocate(stock: left, orders: scenario.orders.dropFirst(scenario.cut))
            try demandEqual((first.decisions + second.decisions).map(\.decision), whole.decisions.map(\.decision))
        }
    }

    @Test("a rejected order takes nothing")
    func theRejectedTakeNothing() {
        property("without the orders that got nothing the others are told the same", Self.scenarios) { scenario in
            let whole = StockAllocation.allocate(stock: scenario.stock, orders: scenario.orders)
            let held = zip(scenario.orders, whole.decisions).filter { $1.decision == .held }.map(\.0)
            let without = StockAllocation.allocate(stock: scenario.stock, orders: held)
            try demand(without.decisions.allSatisfy { $0.decision == .held }, "one of them is rejected now")
            try demandEqual(without.taken, whole.taken)
        }
    }

    @Test("a reported shortage is real")
    func shortagesAreReal() {
        property("who is told of a shortage asked for more than there was", Self.scenarios) { scenario in
            for (order, result) in zip(
                scenario.orders, StockAllocation.allocate(stock: scenario.stock, orders: scenario.orders).decisions)
            {
                guard case .rejected(let shortages) = result.decision else { continue }
                try demand(!shortages.isEmpty, "rejected without a reason")
                for shortage in shortages {
                    try demandEqual(order.quantities[shortage.sku], shortage.wanted)
                    try demand(shortage.available >= 0 && shortage.wanted > shortage.available, "\(shortage)")
                }
            }
        }
    }
}
