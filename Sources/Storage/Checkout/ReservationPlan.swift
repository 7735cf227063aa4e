import Domain
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
    /// How many more pieces of each unit are set aside.
    let taken: [SKU: Int]
    /// Products of which the last piece is promised now.
    let soldOut: [Product.ID]

    private let settings: ShopSettings

    /// What an order wants of one unit.
    struct Line: Sendable {
        let orderID: Order.ID
        let productID: Product.ID
        let sku: SKU
        let quantity: Quantity
    }

    /// What the pending ones of these orders want.
    static func lines(of ids: [Order.ID]) -> Query<[Line]> {
        Query.rows(
            """
            SELECT i.order_id, i.product_id, i.sku, i.quantity
              FROM order_items AS i JOIN orders AS o ON o.id = i.order_id
             WHERE o.id = ANY (\(ids)::uuid[]) AND o.status = 'pending'
            """
        ) {
            Line(
                orderID: try $0["order_id"], productID: try $0["product_id"], sku: try $0["sku"],
                quantity: try $0["quantity"])
        }
    }

    /// The stock rows that the pending ones of these orders want something from, locked by SKU.
    static func stock(for ids: [Order.ID]) -> Query<[Stock]> {
        Query.rows(
            """
            SELECT sku, on_hand, reserved FROM stock
             WHERE sku IN (SELECT i.sku FROM order_items AS i JOIN orders AS o ON o.id = i.order_id
                            WHERE o.id = ANY (\(ids)::uuid[]) AND o.status = 'pending')
             ORDER BY sku
               FOR NO KEY UPDATE
            """
        ) { Stock(sku: try $0["sku"], onHand: try $0["on_hand"], reserved: try $0["reserved"]) }
    }

    /// Serves the pending orders by their numbers, which is the order they were accepted in.
    init(_ orders: LockedOrders, lines: [Line], stock: [Stock], _ settings: ShopSettings) {
        self.settings = settings
        var demand: [Order.ID: [(SKU, Quantity)]] = [:]
        var products: [SKU: Product.ID] = [:]
        for line in lines {
            demand[line.orderID, default: []].append((line.sku, line.quantity))
            products[line.sku] = line.productID
        }
        let levels = Dictionary(stock.map { ($0.sku, $0) }) { $1 }
        let waiting = orders.entries.values.map(\.facts).filter { $0.status == .pending }.sorted {
            $0.orderNumber < $1.orderNumber
        }
        let allocation = StockAllocation.allocate(
            stock: levels, orders: waiting.map { StockDemand(orderID: $0.orderID, lines: demand[$0.orderID] ?? []) })
        taken = allocation.taken
        soldOut = allocation.taken.keys.filter { levels[$0]?.available == allocation.taken[$0] }.sorted().compactMap {
            products[$0]
        }
        for (id, decision) in allocation.decisions {
            switch decision {
            case .held:
                held.append(id)
                if let entry = orders.entries[id], entry.facts.amount.amount == 0 { free.append(entry) }
            case .rejected(let shortages):
                if let entry = orders.entries[id] { rejected.append((entry, shortages)) }
            }
        }
    }

    /// Confirmations of orders that cost nothing.
    var mails: [PendingEmail] {
        free.compactMap { entry in
            entry.email.map { PendingEmail(orderID: entry.facts.orderID, kind: .orderConfirmation, recipient: $0) }
        }
    }

    /// How the orders change, `nil` when none does. Run before ``writes``.
    var changes: [OrderChange]? {
        let reserving = held.map { id in
            var change = OrderChange(id, to: .reserved, .init(.reserved))
            change.hold = .extend(settings)
            return change
        }
        let rejecting = rejected.map { entry, _ in
            var change = OrderChange(entry.facts.orderID, to: .rejected, .init(.rejected, Self.outOfStock))
            change.rejectionReason = Self.outOfStock
            return change
        }
        let changes = reserving + rejecting
        return changes.isEmpty ? nil : changes
    }

    /// What else carries the plan out, without jobs and completions.
    var writes: CheckedWrites {
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
        if !mails.isEmpty { writes.add(PendingEmail.insertion(mails)) }
        return writes
    }

    /// Why an order was rejected for which too little was there.
    private static let outOfStock = "out_of_stock"
}
