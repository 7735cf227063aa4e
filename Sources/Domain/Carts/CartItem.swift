/// One line of a cart.
package struct CartItem: Hashable, Sendable {
    /// The product.
    package let productID: Product.ID
    /// What the warehouse counts.
    package let sku: SKU
    /// The product's name.
    package let name: String
    /// Number of pieces.
    package let quantity: Quantity
    /// Price of one piece now, rounded where it is converted.
    package let unitPrice: Money
    /// Price of all pieces now; see ``LinePrice``.
    package let total: Money
    /// How many pieces could be set aside right now. No promise: stock is reserved at checkout.
    package let available: Int
    /// Whether that is enough.
    package var isInStock: Bool { available >= quantity.rawValue }

    /// Takes a line as priced.
    package init(productID: Product.ID, sku: SKU, name: String, quantity: Quantity, price: LinePrice, available: Int) {
        self.productID = productID
        self.sku = sku
        self.name = name
        self.quantity = quantity
        unitPrice = price.unit
        total = price.total
        self.available = available
    }
}
