import Domain
import Postgres

/// Lets customers edit their carts again after their orders came to nothing, or wait for another card.
enum CartReopening {
    /// Opens the carts that are locked for these orders. The cart of an express order was made for it alone and closes
    /// instead.
    static func statement(for orders: [Order.ID]) -> SQL {
        """
        UPDATE carts
           SET status = CASE WHEN is_express THEN 'closed' ELSE 'open' END, locked_at = NULL, updated_at = now()
          FROM orders
         WHERE orders.id = ANY (\(orders)::uuid[]) AND carts.id = orders.cart_id AND carts.status = 'converting'
        """
    }
}
