/// A part of a list, and where the next part begins.
public struct Page<Item: Sendable>: Sendable {
    /// The items, in the list's order.
    public let items: [Item]
    /// Asks for the next part; `nil` at the end. Clients hand it back as it is.
    public let nextCursor: String?

    /// Makes a part of a list.
    public init(items: [Item], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}
