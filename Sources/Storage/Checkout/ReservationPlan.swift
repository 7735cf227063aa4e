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
    private(set) var rejected: [(id: Order.ID, shortages: [StockAllocation.Shortage])] = []
    /// How many more pieces of each unit are set aside.
    let taken: [SKU: Int]
    /// Products of which the last piece is promised now.
    let soldOut: [Product.ID]

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
        soldOut = allocation.taken.keys.filter { levels[$0]?.available == allocation.taken[$0] }.sorted().compactMap {
            products[$0]
        }
        for (id, decision) in allocation.decisions {
            switch decision {
            case .held:
                held.append(id)
                if let entry = orders.entries[id], entry.facts.amount.amount == 0 { free.append(entry) }
            case .rejected(let shortages): rejected.append((id, shortages))
            }
        }
    }

    /// Confirmations of orders that cost nothing.
    var mails: [PendingEmail] {
        free.compactMap { entry in
            entry.email.map { PendingEmail(orderID: entry.facts.orderID, kind: .orderConfirmation, recipient: $0) }
        }
    }

    /// The statements that carry the plan out, without mails. The first one, if anything is held, returns `id,
    /// reserved_until` of the held orders.
    func statements(reservation: Duration) -> [SQL] {
        var statements: [SQL] = []
        if !held.isEmpty { statements += holding(reservation) }
        if !free.isEmpty { statements += confirming }
        if !rejected.isEmpty { statements += rejecting }
        return statements
    }

    private func holding(_ reservation: Duration) -> [SQL] {
        let taken = taken.sorted { $0.key < $1.key }
        return [
            """
            UPDATE orders
               SET status = 'reserved', reserved_until = now() + make_interval(secs => \(reservation.inSeconds)), version = version + 1, updated_at = now()
             WHERE id = ANY (\(held)::uuid[])
            RETURNING id, reserved_until
            """,
            """
            UPDATE stock SET reserved = reserved + t.quantity
              FROM unnest(\(taken.map(\.key))::text[], \(taken.map(\.value))::integer[]) AS t (sku, quantity)
             WHERE stock.sku = t.sku
            """,
            """
            INSERT INTO reservations (order_id, sku, quantity)
            SELECT order_id, sku, sum(quantity) FROM order_items WHERE order_id = ANY (\(held)::uuid[]) GROUP BY order_id, sku
            """,
            "INSERT INTO order_events (order_id, kind, status) SELECT id, 'reserved', 'reserved' FROM unnest(\(held)::uuid[]) AS id",
        ]
    }

    /// An order that costs nothing needs no provider: with its stock it has everything.
    private var confirming: [SQL] {
        let ids = free.map(\.facts.orderID)
        return OrderConfirmation.statements(for: ids) + [
            "UPDATE payments SET status = 'not_required', updated_at = now() WHERE order_id = ANY (\(ids)::uuid[]) AND status = 'created'",
            "INSERT INTO order_events (order_id, kind, status) SELECT id, 'confirmed', 'confirmed' FROM unnest(\(ids)::uuid[]) AS id",
        ]
    }

    private var rejecting: [SQL] {
        let ids = rejected.map(\.id)
        return [
            """
            UPDATE orders SET status = 'rejected', rejection_reason = \(Rejection.outOfStock), version = version + 1, updated_at = now()
             WHERE id = ANY (\(ids)::uuid[])
            """,
            """
            UPDATE payments SET status = 'canceled', updated_at = now()
             WHERE order_id = ANY (\(ids)::uuid[]) AND status <> 'not_required'
            """,
            """
            INSERT INTO order_events (order_id, kind, status, reason)
            SELECT id, 'rejected', 'rejected', 'out_of_stock' FROM unnest(\(ids)::uuid[]) AS id
            """,
            CartReopening.statement(for: ids),
        ]
    }
}
