public import Domain

/// A product as a customer sees it: priced in a currency, with what is left of it.
public struct ProductView: Hashable, Codable, Sendable {
    /// The product.
    public let product: Product
    /// Its price in the currency asked for.
    public let price: Money
    /// How many pieces can be promised now.
    public let available: Int

    /// Puts a view together.
    public init(product: Product, price: Money, available: Int) {
        self.product = product
        self.price = price
        self.available = available
    }

    /// Whether at least one piece can be bought.
    public var isInStock: Bool { available > 0 }
}
