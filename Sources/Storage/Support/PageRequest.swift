/// Which part of a list is asked for.
package struct PageRequest: Hashable, Sendable {
    /// The most items that one part holds.
    package static let maximumLimit = 100

    /// How many items, 1 to 100.
    package let limit: Int
    /// Where to begin: `Page.nextCursor` of the part before, or `nil` for the start. Another one is refused with
    /// `StorageError.invalidCursor`.
    package let cursor: String?

    /// Limits outside of 1…100 are brought inside.
    package init(limit: Int = 20, cursor: String? = nil) {
        self.limit = min(max(limit, 1), Self.maximumLimit)
        self.cursor = cursor
    }
}
