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
    /// How many pieces could be set aside right now. No promise: stock is reserved at checkout.
    public let available: Int
    /// Whether that is enough.
    public var isInStock: Bool { available >= quantity.rawValue }

    /// Takes a line as priced.
    public init(productID: Product.ID, sku: SKU, name: String, quantity: Quantity, price: LinePrice, available: Int) {
        self.productID = productID
        self.sku = sku
        self.name = name
        self.quantity = quantity
        unitPrice = price.unit
        total = price.total
        self.available = available
    }
}
