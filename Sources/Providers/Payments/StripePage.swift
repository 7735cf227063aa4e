internal import Domain

/// One page of a list as it stands in the provider's JSON.
struct StripePage<Entry: Decodable>: Decodable {
    let data: [Entry]
    let hasMore: Bool?

    enum CodingKeys: String, CodingKey {
        case data
        case hasMore = "has_more"
    }

    /// The page in our terms. The next one begins after the last entry of this one, readable or not.
    func page<Item: Sendable>(_ id: (Entry) -> String, _ convert: (Entry) -> Item?) -> ProviderPage<Item> {
        var items: [Item] = []
        var unreadable: [String] = []
        for entry in data {
            if let item = convert(entry) { items.append(item) } else { unreadable.append(id(entry)) }
        }
        return ProviderPage(items: items, unreadable: unreadable, next: hasMore == true ? data.last.map(id) : nil)
    }
}
