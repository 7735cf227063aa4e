import Domain
import Postgres

/// Gives the stock of orders back and ends them. The caller holds the locks of the orders.
enum StockRelease {
    /// Statements for one pipeline. Stock rows are locked by SKU before they change.
    static func statements(for orders: [Order.ID], becoming status: OrderStatus, reason: String) -> [SQL] {
        stock(of: orders) + [
            """
            UPDATE orders SET status = \(status), reserved_until = NULL, version = version + 1, updated_at = now() WHERE id = ANY (\(orders)::uuid[])
            """,
            """
            INSERT INTO order_events (order_id, kind, status, reason)
            SELECT id, \(status)::text, \(status)::text, \(reason)::text FROM unnest(\(orders)::uuid[]) AS id
            """,
        ]
    }

    /// Only the stock and the reservations.
    static func stock(of orders: [Order.ID]) -> [SQL] {
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

    /// Locks the stock rows that these orders hold, and those that others among them took and may give back, by SKU.
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
}
