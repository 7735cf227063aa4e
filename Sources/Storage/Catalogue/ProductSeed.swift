public import Domain

/// A product to be put into the catalogue with its prices and its stock.
public struct ProductSeed: Hashable, Sendable {
    /// The product. Its category is made when it does not exist.
    public let product: Product
    /// Prices set by hand in other currencies.
    public let prices: [Money]
    /// Pieces in the house at the start.
    public let stock: Int

    /// Describes an entry.
    public init(product: Product, prices: [Money] = [], stock: Int) {
        self.product = product
        self.prices = prices
        self.stock = stock
    }
}
