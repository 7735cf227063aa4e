/// A price somebody set by hand for one currency. It goes before a converted one.
public struct ProductPrice: Hashable, Sendable {
    /// Of what.
    public let productID: Product.ID
    /// How much, in a currency other than the base price's.
    public let price: Money

    /// Names a price.
    public init(productID: Product.ID, price: Money) {
        self.productID = productID
        self.price = price
    }
}
