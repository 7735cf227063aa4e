import Domain
import FoundationEssentials
import JobQueue
import Postgres

/// What a batch of reservations changes: decided from locked rows, written by the caller.
struct ReservationPlan: Sendable {
    /// Orders that get everything.
    private(set) var held: [Order.ID] = []
    /// Those of them that cost nothing: they are confirmed in the same transaction.
    private(set) var free: [LockedOrders.Entry] = []
    /// Orders that get nothing, with what was short.
    private(set) var rejected: [(entry: LockedOrders.Entry, shortages: [StockAllocation.Shortage])] = []
    /// Confirmations of orders that cost nothing. Made once: each has an id that its job names.
    private(set) var emails: [PendingEmail] = []
    /// How many more pieces of each unit are reserved.
    let taken: [SKU: Int]
    /// Products of which the last piece is promised now.
    let soldOut: [Product.ID]
    /// Products of which pieces are promised now, and some are left.
    let sold: [Product.ID]

    /// Serves the pending orders by their numbers, which is the order they were accepted in.
    init(_ orders: LockedOrders, lines: [PostgresRow], stock: [PostgresRow]) throws {
        var demand: [Order.ID: [(SKU, Quantity)]] = [:]
        var products: [SKU: Product.ID] = [:]
        for line in lines {
            let sku: SKU = try line["sku"]
            demand[try line["order_id"], default: []].append((sku, try line["quantity"]))
            products[sku] = try line["product_id"]
        }
        var levels: [SKU: Stock] = [:]
        for row in stock {
            let sku: SKU = try row["sku"]
            levels[sku] = Stock(sku: sku, onHand: try row["on_hand"], reserved: try row["reserved"])
        }
        let waiting = orders.entries.values.map(\.facts).filter { $0.status == .pending }.sorted {
            $0.orderNumber < $1.orderNumber
        }
        let allocation = StockAllocation.allocate(
            stock: levels, orders: waiting.map { StockDemand(orderID: $0.orderID, lines: demand[$0.orderID] ?? []) })
        taken = allocation.taken
        let promised = allocation.taken.filter { $0.value > 0 }.keys.sorted()
        soldOut = promised.filter { levels[$0]?.available == allocation.taken[$0] }.compactMap { products[$0] }
        sold = promised.filter { levels[$0]?.available != allocation.taken[$0] }.compactMap { products[$0] }
        for (id, decision) in allocation.decisions {
            switch decision {
            case .held:
                held.append(id)
                if let entry = orders.entries[id], entry.facts.amount.amount == 0 { free.append(entry) }
            case .rejected(let shortages):
                if let entry = orders.entries[id] { rejected.append((entry, shortages)) }
            }
        }
        emails = free.compactMap { entry in
            entry.email.map { PendingEmail(orderID: entry.facts.orderID, kind: .orderConfirmation, recipient: $0) }
        }
    }

    /// The orders that are reserved or rejected: written first, and read until when their stock is reserved. nil when
    /// there are none.
    func decisions(_ settings: ShopSettings) -> Query<[Order.ID: Date?]>? {
        let changes =
            held.map { id in
                var change = OrderChange(id, to: .reserved, .init(.reserved))
                change.hold = .extend(settings)
                return change
            }
            + rejected.map { entry, _ in
                var change = OrderChange(entry.facts.orderID, to: .rejected, .init(.rejected, Self.outOfStock))
                change.rejectionReason = Self.outOfStock
                return change
            }
        return changes.isEmpty ? nil : OrderChange.query(changes)
    }

    /// What else the plan changes, without jobs and completions.
    func writes() -> CheckedWrites {
        var writes = CheckedWrites()
        if !held.isEmpty {
            writes.add(OrderStock.reserve(taken.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, for: held))
        }
        if !free.isEmpty {
            // An order that costs nothing needs no provider: with its stock it has everything.
            let ids = free.map(\.facts.orderID)
            writes.add(OrderStock.consume(of: ids))
            writes.add(OrderCart.convert(for: ids))
            writes.add(
                free.filter { $0.facts.paymentStatus == .created }.map {
                    PaymentChange($0.facts.paymentID, to: .notRequired)
                })
            writes.add(ids.map { OrderChange($0, to: .confirmed, .init(.confirmed)) })
        }
        if !rejected.isEmpty {
            writes.add(rejected.flatMap(\.entry.paymentVoid))
            writes.add(OrderCart.reopen(for: rejected.map(\.entry.facts.orderID)))
        }
        if !emails.isEmpty { writes.add(PendingEmail.insertion(emails)) }
        return writes
    }

    /// Why an order was rejected for which too little was there.
    private static let outOfStock = "out_of_stock"
}
