import Domain
import JobQueue
import Postgres

/// The stock of orders: reserved, consumed, released or returned. The caller holds the locks of the orders, and stock
/// rows are locked by SKU before they change.
enum OrderStock {
    /// Locks the stock rows that these orders hold, and those that others among them have consumed and may return.
    static func lock(_ orders: [Order.ID], returning: [Order.ID] = []) -> SQL {
        """
        SELECT sku FROM stock
         WHERE sku IN (SELECT sku FROM reservations
                        WHERE order_id = ANY (\(orders)::uuid[]) AND state = 'held'
                           OR order_id = ANY (\(returning)::uuid[]) AND state = 'consumed')
         ORDER BY sku
           FOR NO KEY UPDATE
        """
    }

    /// Reserves so many more pieces, and writes down for which orders. The stock rows are locked already.
    static func reserve(_ taken: [(sku: SKU, quantity: Int)], for orders: [Order.ID]) -> [SQL] {
        [
            """
            UPDATE stock SET reserved = reserved + t.quantity
              FROM unnest(\(taken.map(\.sku))::text[], \(taken.map(\.quantity))::integer[]) AS t (sku, quantity)
             WHERE stock.sku = t.sku
            """,
            """
            INSERT INTO reservations (order_id, sku, quantity)
            SELECT order_id, sku, sum(quantity) FROM order_items
             WHERE order_id = ANY (\(orders)::uuid[]) GROUP BY order_id, sku
            """,
        ]
    }

    /// Takes what was reserved for orders that are paid. The stock rows are locked already.
    static func consume(of orders: [Order.ID]) -> [SQL] {
        [
            """
            UPDATE stock
               SET on_hand = on_hand - held.quantity, reserved = reserved - held.quantity
              FROM (SELECT sku, sum(quantity) AS quantity FROM reservations
                     WHERE order_id = ANY (\(orders)::uuid[]) AND state = 'held' GROUP BY sku) AS held
             WHERE stock.sku = held.sku
            """,
            """
            UPDATE reservations SET state = 'consumed', updated_at = now()
             WHERE order_id = ANY (\(orders)::uuid[]) AND state = 'held'
            """,
        ]
    }

    /// Releases what is reserved for orders that end.
    static func release(of orders: [Order.ID]) -> [SQL] {
        [
            lock(orders),
            """
            UPDATE stock
               SET reserved = reserved - held.quantity
              FROM (SELECT sku, sum(quantity) AS quantity FROM reservations
                     WHERE order_id = ANY (\(orders)::uuid[]) AND state = 'held' GROUP BY sku) AS held
             WHERE stock.sku = held.sku
            """,
            """
            UPDATE reservations SET state = 'released', updated_at = now()
             WHERE order_id = ANY (\(orders)::uuid[]) AND state = 'held'
            """,
        ]
    }

    /// Returns to stock what orders had consumed, and writes it down. What was returned before stays as it is.
    static func restock(of orders: [Order.ID], by actor: AuditActor) -> [SQL] {
        [
            lock([], returning: orders),
            StockHistory.restocking(
                """
                SELECT order_id, sku, quantity - restocked AS pieces FROM reservations
                 WHERE order_id = ANY (\(orders)::uuid[]) AND state = 'consumed'
                """, as: .orderCanceled, by: actor),
            """
            UPDATE reservations SET state = 'released', updated_at = now()
             WHERE order_id = ANY (\(orders)::uuid[]) AND state = 'consumed'
            """,
        ]
    }

    /// The products in these orders, for ``invalidation(of:among:)``.
    static func products(of orders: [Order.ID]) -> Query<[(order: Order.ID, product: Product.ID)]> {
        Query.rows("SELECT order_id, product_id FROM order_items WHERE order_id = ANY (\(orders)::uuid[])") {
            (try $0["order_id"], try $0["product_id"])
        }
    }

    /// Jobs that throw the products of some orders out of the cache.
    static func invalidation(
        of orders: [Order.ID], among products: [(order: Order.ID, product: Product.ID)]
    ) throws -> [PendingJob] {
        let orders = Set(orders)
        return try InvalidateProducts.pending(for: products.filter { orders.contains($0.order) }.map(\.product))
    }
}

/// The carts that orders came of.
enum OrderCart {
    /// Opens the carts of orders that came to nothing, or wait for another card. The cart of an express order was made
    /// for it alone and closes instead.
    static func reopen(for orders: [Order.ID]) -> SQL {
        """
        UPDATE carts
           SET status = CASE WHEN is_express THEN 'closed' ELSE 'open' END, locked_at = NULL, updated_at = now()
          FROM orders
         WHERE orders.id = ANY (\(orders)::uuid[]) AND carts.id = orders.cart_id AND carts.status = 'converting'
        """
    }

    /// Ends the carts of orders that are paid. A cart that was opened after a decline still holds what has now been
    /// paid for, unless its owner has edited it since: that is told by when the order changed last, so this comes
    /// before the change of the order.
    static func convert(for orders: [Order.ID]) -> SQL {
        """
        UPDATE carts
           SET status = 'converted', locked_at = NULL, updated_at = now()
          FROM orders
         WHERE orders.id = ANY (\(orders)::uuid[]) AND carts.id = orders.cart_id
           AND (carts.status IN ('converting', 'closed')
                OR carts.status = 'open' AND carts.updated_at <= orders.updated_at)
        """
    }
}
