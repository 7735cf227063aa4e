package import Domain

/// A product as a customer sees it: priced in a currency, with what is left of it.
package struct ProductView: Hashable, Codable, Sendable {
    /// The product.
    package let product: Product
    /// Its price in the currency asked for.
    package let price: Money
    /// How many pieces can be promised now.
    package let available: Int

    /// Puts a view together.
    package init(product: Product, price: Money, available: Int) {
        self.product = product
        self.price = price
        self.available = available
    }

    /// Whether at least one piece can be bought.
    package var isInStock: Bool { available > 0 }
}
