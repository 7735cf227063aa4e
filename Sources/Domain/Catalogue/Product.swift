/// Something the shop sells.
public struct Product: Hashable, Codable, Sendable {
    /// A product's id.
    public typealias ID = Identifier<Product>

    /// The id in URLs.
    public let id: ID
    /// What the warehouse counts. Each product has one.
    public let sku: SKU
    /// Its name, up to 200 characters.
    public let name: String
    /// What it is, up to 10,000 characters.
    public let description: String
    /// Where it stands in the shop.
    public let category: Category?
    /// Price in the shop's base currency.
    public let basePrice: Money
    /// Whether it can be bought and is listed.
    public let isActive: Bool

    /// Puts a product together.
    public init(id: ID = ID(), sku: SKU, name: String, description: String, category: Category?, basePrice: Money, isActive: Bool = true) {
        self.id = id
        self.sku = sku
        self.name = name
        self.description = description
        self.category = category
        self.basePrice = basePrice
        self.isActive = isActive
    }
}
