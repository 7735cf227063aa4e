/// One page of a list of the provider's.
package struct ProviderPage<Item: Sendable>: Sendable {
    /// What the page holds, in the list's order.
    package let items: [Item]
    /// The provider's ids of entries that make no sense here, such as one in a currency we do not know. None of them is
    /// ours.
    package let unreadable: [String]
    /// Asks for the page after this one; `nil` on the last.
    package let next: String?

    /// Puts a page together from a provider's answer.
    package init(items: [Item], unreadable: [String] = [], next: String? = nil) {
        self.items = items
        self.unreadable = unreadable
        self.next = next
    }
}
