/// Something the shop sells.
package struct Product: Hashable, Codable, Sendable {
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

/// A shelf of the shop.
package struct Category: Hashable, Codable, Sendable {
    /// Lower-case name in URLs, unique.
    package let slug: String
    /// Name for people.
    package let name: String

    package init(slug: String, name: String) {
        self.slug = slug
        self.name = name
    }
}

/// How much there is of one unit. The database keeps `0 ≤ reserved ≤ onHand`.
package struct Stock: Hashable, Sendable {
    package let sku: SKU
    /// Pieces in the house.
    package let onHand: Int
    /// Pieces of these that are reserved for orders.
    package let reserved: Int

    package init(sku: SKU, onHand: Int, reserved: Int) {
        self.sku = sku
        self.onHand = onHand
        self.reserved = reserved
    }

    /// Pieces that can still be promised.
    package var available: Int { onHand - reserved }
}
