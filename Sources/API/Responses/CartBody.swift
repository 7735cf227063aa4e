import Domain

/// A cart with today's prices.
struct CartBody: Encodable {
    struct Item: Encodable {
        let productID: String
        let sku: String
        let name: String
        let quantity: Int
        let unitPrice: Money
        let total: Money
        let available: Int
        let isInStock: Bool

        enum CodingKeys: String, CodingKey {
            case productID = "product_id"
            case sku, name, quantity, total, available
            case unitPrice = "unit_price"
            case isInStock = "in_stock"
        }
    }

    let status: String
    let items: [Item]
    let subtotal: Money

    /// What a cart looks like before its first item.
    init(emptyIn currency: Currency) {
        status = CartStatus.open.rawValue
        items = []
        subtotal = .zero(currency)
    }

    init(_ cart: Cart) {
        status = cart.status.rawValue
        subtotal = cart.subtotal
        items = cart.items.map {
            Item(
                productID: $0.productID.description, sku: $0.sku.rawValue, name: $0.name,
                quantity: $0.quantity.rawValue,
                unitPrice: $0.unitPrice, total: $0.total, available: $0.available, isInStock: $0.isInStock)
        }
    }
}
