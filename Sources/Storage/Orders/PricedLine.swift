import Domain
import Postgres

/// One line of an order to be, as the database knows it: the product with everything its price depends on.
struct PricedLine: Sendable {
    let productID: Product.ID
    let quantity: Quantity
    /// `nil` when there is no such product or it is not for sale.
    let product: Offer?

    /// What is sold.
    struct Offer: Sendable {
        let sku: SKU
        let name: String
        let base: Money
        let setByHand: Int64?
    }

    init(_ row: PostgresRow) throws {
        productID = try row["product_id"]
        quantity = try row["quantity"]
        guard let sku: SKU = try row["sku"] else {
            product = nil
            return
        }
        product = Offer(
            sku: sku, name: try row["name"], base: Money(try row["base_amount"], try row["base_currency"]),
            setByHand: try row["price"])
    }
}

extension PricedLine {
    /// The lines of the owner's cart. Run it once the cart is locked.
    static func cart(of owner: CartOwner, in currency: Currency) -> SQL {
        """
        SELECT i.product_id, i.quantity, p.sku, p.name, p.base_amount, p.base_currency, pp.amount AS price
          FROM carts AS c
          JOIN cart_items AS i ON i.cart_id = c.id
          LEFT JOIN products AS p ON p.id = i.product_id AND p.is_active
          LEFT JOIN product_prices AS pp ON pp.product_id = p.id AND pp.currency = \(currency)
         WHERE c.\(raw: owner.column) = \(owner) AND NOT c.is_express AND c.status IN ('open', 'converting')
         ORDER BY i.added_at, i.product_id
        """
    }

    /// The lines named in a request.
    static func express(_ lines: [PlaceOrderRequest.Line], in currency: Currency) -> SQL {
        """
        SELECT t.product_id, t.quantity, p.sku, p.name, p.base_amount, p.base_currency, pp.amount AS price
          FROM unnest(\(lines.map(\.productID))::uuid[], \(lines.map(\.quantity))::integer[])
               WITH ORDINALITY AS t (product_id, quantity, position)
          LEFT JOIN products AS p ON p.id = t.product_id AND p.is_active
          LEFT JOIN product_prices AS pp ON pp.product_id = p.id AND pp.currency = \(currency)
         ORDER BY t.position
        """
    }
}
