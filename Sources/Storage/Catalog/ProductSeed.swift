package import Domain

/// A product to be put into the catalogue with its prices and its stock.
package struct ProductSeed: Hashable, Sendable {
    /// The product. Its category is made when it does not exist.
    package let product: Product
    /// Prices set by hand in other currencies.
    package let prices: [Money]
    /// Pieces in the house at the start.
    package let stock: Int

    /// Describes an entry.
    package init(product: Product, prices: [Money] = [], stock: Int) {
        self.product = product
        self.prices = prices
        self.stock = stock
    }
}
