import Domain
import Postgres

/// Makes orders confirmed whose stock is set aside: the stock leaves, the cart is converted. The caller holds the locks
/// of orders and stock.
enum OrderConfirmation {
    /// Statements for one pipeline, without events and mails.
    static func statements(for orders: [Order.ID]) -> [SQL] {
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
            // A cart that was opened after a decline still holds what has now been paid for, unless its owner has
            // edited it since.
            """
            UPDATE carts
               SET status = 'converted', locked_at = NULL, updated_at = now()
              FROM orders
             WHERE orders.id = ANY (\(orders)::uuid[]) AND carts.id = orders.cart_id
               AND (carts.status IN ('converting', 'closed') OR carts.status = 'open' AND carts.updated_at <= orders.updated_at)
            """,
            """
            UPDATE orders
               SET status = 'confirmed', confirmed_at = now(), reserved_until = NULL, version = version + 1, updated_at = now()
             WHERE id = ANY (\(orders)::uuid[])
            """,
        ]
    }
}
