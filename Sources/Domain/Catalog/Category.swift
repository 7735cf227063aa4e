/// A shelf of the shop.
package struct Category: Hashable, Codable, Sendable {
    /// Lower-case name in URLs, unique.
    package let slug: String
    /// Name for people.
    package let name: String

    /// Names a shelf.
    package init(slug: String, name: String) {
        self.slug = slug
        self.name = name
    }
}
