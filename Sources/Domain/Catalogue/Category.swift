/// A shelf of the shop.
public struct Category: Hashable, Codable, Sendable {
    /// Lower-case name in URLs, unique.
    public let slug: String
    /// Name for people.
    public let name: String

    /// Names a shelf.
    public init(slug: String, name: String) {
        self.slug = slug
        self.name = name
    }
}
