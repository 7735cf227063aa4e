/// One page of a list.
struct PageBody<Item: Encodable>: Encodable {
    let items: [Item]
    /// Give it back as `cursor` for the next page; null on the last one.
    let nextCursor: String?

    enum CodingKeys: String, CodingKey {
        case items
        case nextCursor = "next_cursor"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(items, forKey: .items)
        try container.encode(nextCursor, forKey: .nextCursor)
    }
}
