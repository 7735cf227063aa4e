import Domain
import PropertySupport
import Testing

@Suite("Stock is never promised twice")
struct StockAllocationTests {
    /// A few units, wildly uneven stock, and orders of one to four lines, some asking for the same unit twice.
    private static func scenario(seed: UInt64) throws -> (stock: [SKU: Stock], orders: [StockDemand]) {
        var random = SeededGenerator(seed: seed)
        let skus = try (0..<Int.random(in: 1...6, using: &random)).map { try SKU("UNIT-\($0)") }
        var stock: [SKU: Stock] = [:]
        for sku in skus.dropLast(skus.count > 3 ? 1 : 0) {
            let onHand = Int.random(in: 0...40, using: &random)
            stock[sku] = Stock(sku: sku, onHand: onHand, reserved: Int.random(in: 0...onHand, using: &random))
        }
        let orders = try (0..<Int.random(in: 0...64, using: &random)).map { _ in
            let lines = try (0..<Int.random(in: 1...4, using: &random)).map { _ in
                (
                    skus[Int.random(in: 0..<skus.count, using: &random)],
                    try Quantity(Int.random(in: 1...6, using: &random))
                )
            }
            return StockDemand(orderID: Order.ID(), lines: lines)
        }
        return (stock, orders)
    }

    @Test(
        "whatever is asked for, what is taken is available and belongs to orders that got everything",
        arguments: 0..<300)
    func neverOversells(seed: UInt64) throws {
        let (stock, orders) = try Self.scenario(seed: seed)
        let allocation = StockAllocation.allocate(stock: stock, orders: orders)

        for (sku, taken) in allocation.taken {
            #expect(taken > 0)
            #expect(taken <= stock[sku]?.available ?? 0)
        }
        var held: [SKU: Int] = [:]
        for (order, result) in zip(orders, allocation.decisions) where result.decision == .held {
            held.merge(order.quantities) { $0 + $1 }
        }
        #expect(held == allocation.taken)
        #expect(allocation.decisions.map(\.orderID) == orders.map(\.orderID))
    }

    @Test("the same question gets the same answer", arguments: 0..<50)
    func deterministic(seed: UInt64) throws {
        let (stock, orders) = try Self.scenario(seed: seed)
        let first = StockAllocation.allocate(stock: stock, orders: orders)
        let second = StockAllocation.allocate(stock: stock, orders: orders)
        #expect(first.taken == second.taken)
        #expect(first.decisions.map(\.decision) == second.decisions.map(\.decision))
    }

    @Test("an order is refused only for what those before it left", arguments: 0..<100)
    func orderOfArrival(seed: UInt64) throws {
        let (stock, orders) = try Self.scenario(seed: seed)
        let whole = StockAllocation.allocate(stock: stock, orders: orders)
        for count in 0...orders.count {
            let part = StockAllocation.allocate(stock: stock, orders: orders.prefix(count))
            #expect(part.decisions.map(\.decision) == whole.decisions.prefix(count).map(\.decision))
        }
        for (order, result) in zip(orders, whole.decisions) {
            guard case .rejected(let shortages) = result.decision else { continue }
            #expect(!shortages.isEmpty)
            for shortage in shortages {
                #expect(order.quantities[shortage.sku] == shortage.wanted)
                #expect(shortage.available < shortage.wanted)
            }
        }
    }

    @Test("the last unit goes to the first who asks, and a refused order takes nothing")
    func lastUnit() throws {
        let pen = try SKU("PEN")
        let ink = try SKU("INK")
        let stock = [pen: Stock(sku: pen, onHand: 3, reserved: 2), ink: Stock(sku: ink, onHand: 5, reserved: 0)]
        let greedy = StockDemand(orderID: Order.ID(), lines: [(ink, .one), (pen, try Quantity(2))])
        let first = StockDemand(orderID: Order.ID(), lines: [(pen, .one), (ink, try Quantity(5))])
        let late = StockDemand(orderID: Order.ID(), lines: [(pen, .one)])
        let allocation = StockAllocation.allocate(stock: stock, orders: [greedy, first, late])

        #expect(allocation.decisions[0].decision == .rejected([.init(sku: pen, wanted: 2, available: 1)]))
        #expect(allocation.decisions[1].decision == .held)
        #expect(allocation.decisions[2].decision == .rejected([.init(sku: pen, wanted: 1, available: 0)]))
        #expect(allocation.taken == [pen: 1, ink: 5])
    }
}
