import Domain
import JobQueue
import Postgres

/// Puts goods that orders had taken back on the shelf. The caller holds the locks of the orders.
enum StockReturn {
    /// Statements for one pipeline. Stock rows are locked by SKU before they change. What has been put back already
    /// stays as it is.
    static func statements(for orders: [Order.ID]) -> [SQL] {
        [
            """
            SELECT sku FROM stock
             WHERE sku IN (SELECT sku FROM reservations WHERE order_id = ANY (\(orders)::uuid[]) AND state = 'consumed')
             ORDER BY sku
               FOR NO KEY UPDATE
            """,
            """
            UPDATE stock
               SET on_hand = on_hand + taken.quantity
              FROM (SELECT sku, sum(quantity - restocked) AS quantity FROM reservations
                     WHERE order_id = ANY (\(orders)::uuid[]) AND state = 'consumed' GROUP BY sku) AS taken
             WHERE stock.sku = taken.sku
            """,
            """
            UPDATE reservations SET state = 'released', updated_at = now()
             WHERE order_id = ANY (\(orders)::uuid[]) AND state = 'consumed'
            """,
        ]
    }

    /// Jobs that throw an order's products out of the cache.
    static func jobs(for order: Order.ID, in transaction: PostgresTransaction) throws -> [PendingJob] {
        let rows = try transaction.query("SELECT product_id FROM order_items WHERE order_id = \(order)")
        return try InvalidateProducts.pending(for: rows.map { try $0["product_id"] })
    }
}
