import Domain

/// A shelf of the shop.
struct CategoryBody: Encodable {
    let slug: String
    let name: String

    init(_ category: Category) {
        slug = category.slug
        name = category.name
    }
}
