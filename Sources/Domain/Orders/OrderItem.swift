/// One line of an order: a snapshot that later changes of the product do not touch.
public struct OrderItem: Hashable, Codable, Sendable {
    /// The product as it was then.
    public let productID: Product.ID
    /// What the warehouse counts.
    public let sku: SKU
    /// The product's name then.
    public let name: String
    /// Number of pieces.
    public let quantity: Quantity
    /// Price of one piece, rounded where it was converted.
    public let unitPrice: Money
    /// Price of all pieces; see ``LinePrice``.
    public let total: Money

    /// Takes a line as priced.
    public init(productID: Product.ID, sku: SKU, name: String, quantity: Quantity, price: LinePrice) {
        self.productID = productID
        self.sku = sku
        self.name = name
        self.quantity = quantity
        unitPrice = price.unit
        total = price.total
    }
}
