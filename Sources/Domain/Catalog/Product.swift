/// Something the shop sells.
package struct Product: Hashable, Codable, Sendable {
    /// A product's id.
    package typealias ID = Identifier<Product>

    /// The id in URLs.
    package let id: ID
    /// What the warehouse counts. Each product has one.
    package let sku: SKU
    /// Its name, up to 200 characters.
    package let name: String
    /// What it is, up to 10,000 characters.
    package let description: String
    /// Where it stands in the shop.
    package let category: Category?
    /// Price in the shop's base currency.
    package let basePrice: Money
    /// Whether it can be bought and is listed.
    package let isActive: Bool

    /// Puts a product together.
    package init(
        id: ID = ID(), sku: SKU, name: String, description: String, category: Category?, basePrice: Money,
        isActive: Bool = true
    ) {
        self.id = id
        self.sku = sku
        self.name = name
        self.description = description
        self.category = category
        self.basePrice = basePrice
        self.isActive = isActive
    }
}
