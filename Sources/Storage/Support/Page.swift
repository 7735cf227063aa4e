/// A part of a list, and where the next part begins.
package struct Page<Item: Sendable>: Sendable {
    /// The items, in the list's order.
    package let items: [Item]
    /// Asks for the next part; `nil` at the end. Clients hand it back as it is.
    package let nextCursor: String?

    /// Makes a part of a list.
    package init(items: [Item], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}
