/// One line of a cart.
public struct CartItem: Hashable, Sendable {
    /// The product.
    public let productID: Product.ID
    /// What the warehouse counts.
    public let sku: SKU
    /// The product's name.
    public let name: String
    /// Number of pieces.
    public let quantity: Quantity
    /// Price of one piece now.
    public let unitPrice: Money
    /// Price of all pieces now.
    public let total: Money
    /// Whether that many could be set aside right now. No promise: stock is reserved at checkout.
    public let isAvailable: Bool

    /// Prices a line. Throws `overflow`.
    public init(productID: Product.ID, sku: SKU, name: String, quantity: Quantity, unitPrice: Money, isAvailable: Bool) throws(MoneyError) {
        self.productID = productID
        self.sku = sku
        self.name = name
        self.quantity = quantity
        self.unitPrice = unitPrice
        self.total = try unitPrice.multiplied(by: quantity)
        self.isAvailable = isAvailable
    }
}
