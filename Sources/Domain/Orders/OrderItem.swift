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
    /// Price of one piece.
    public let unitPrice: Money
    /// Price of all pieces.
    public let total: Money

    /// Prices a line. Throws `overflow`.
    public init(productID: Product.ID, sku: SKU, name: String, quantity: Quantity, unitPrice: Money) throws(MoneyError) {
        self.productID = productID
        self.sku = sku
        self.name = name
        self.quantity = quantity
        self.unitPrice = unitPrice
        self.total = try unitPrice.multiplied(by: quantity)
    }
}
