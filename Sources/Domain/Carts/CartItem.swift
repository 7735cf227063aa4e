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
    /// Price of one piece now, rounded where it is converted.
    public let unitPrice: Money
    /// Price of all pieces now; see ``LinePrice``.
    public let total: Money
    /// Whether that many could be set aside right now. No promise: stock is reserved at checkout.
    public let isAvailable: Bool

    /// Takes a line as priced.
    public init(productID: Product.ID, sku: SKU, name: String, quantity: Quantity, price: LinePrice, isAvailable: Bool) {
        self.productID = productID
        self.sku = sku
        self.name = name
        self.quantity = quantity
        unitPrice = price.unit
        total = price.total
        self.isAvailable = isAvailable
    }
}
