/// One line of an order: a snapshot that later changes of the product do not touch.
package struct OrderItem: Hashable, Codable, Sendable {
    /// The product as it was then.
    package let productID: Product.ID
    /// What the warehouse counts.
    package let sku: SKU
    /// The product's name then.
    package let name: String
    /// Number of pieces.
    package let quantity: Quantity
    /// Price of one piece, rounded where it was converted.
    package let unitPrice: Money
    /// Price of all pieces; see ``LinePrice``.
    package let total: Money

    /// Takes a line as priced.
    package init(productID: Product.ID, sku: SKU, name: String, quantity: Quantity, price: LinePrice) {
        self.productID = productID
        self.sku = sku
        self.name = name
        self.quantity = quantity
        unitPrice = price.unit
        total = price.total
    }
}
