package import Domain
import Postgres

/// A product as a customer sees it: priced in a currency, with what is left of it.
package struct ProductView: Hashable, Codable, Sendable {
    package let product: Product
    /// Its price in the currency asked for.
    package let price: Money
    /// How many pieces can be promised now.
    package let available: Int

    package init(product: Product, price: Money, available: Int) {
        self.product = product
        self.price = price
        self.available = available
    }

    /// Whether at least one piece can be bought.
    package var isInStock: Bool { available > 0 }
}

/// Products with their category, hand-set price and stock, one row each.
enum ProductRow {
    /// Everything but the prices in a currency, to be joined as `pp`, and the condition; `p` is the product, `s` its
    /// stock.
    static let selection = """
        SELECT p.id, p.sku, p.name, p.description, p.base_amount, p.base_currency, p.is_active,
            c.slug AS category_slug, c.name AS category_name,
               pp.amount AS price, coalesce(s.on_hand - s.reserved, 0) AS available
          FROM products AS p
          LEFT JOIN categories AS c ON c.slug = p.category_slug
          LEFT JOIN stock AS s ON s.sku = p.sku
        """

    /// Reads a row of the selection.
    static func view(_ row: PostgresRow, _ book: PriceBook) throws -> ProductView {
        let slug: String? = try row["category_slug"]
        let product = Product(
            id: try row["id"], sku: try row["sku"], name: try row["name"], description: try row["description"],
            category: try slug.map { Category(slug: $0, name: try row["category_name"]) },
            basePrice: Money(try row["base_amount"], try row["base_currency"]), isActive: try row["is_active"])
        return ProductView(
            product: product, price: try book.price(base: product.basePrice, setByHand: try row["price"]),
            available: try row["available"])
    }
}
