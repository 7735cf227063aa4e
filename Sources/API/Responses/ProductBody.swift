import Domain
import Storage

/// A product as customers see it.
struct ProductBody: Encodable {
    let id: String
    let sku: String
    let name: String
    let description: String
    let category: CategoryBody?
    let price: Money
    let available: Int
    let isInStock: Bool

    init(_ view: ProductView) {
        id = view.product.id.description
        sku = view.product.sku.rawValue
        name = view.product.name
        description = view.product.description
        category = view.product.category.map(CategoryBody.init)
        price = view.price
        available = max(0, view.available)
        isInStock = view.isInStock
    }

    enum CodingKeys: String, CodingKey {
        case id, sku, name, description, category, price, available
        case isInStock = "in_stock"
    }
}
