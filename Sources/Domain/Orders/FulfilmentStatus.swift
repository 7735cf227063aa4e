/// Whether the goods of an order have left the house.
package enum FulfilmentStatus: String, Hashable, Codable, Sendable, CaseIterable {
    /// Nothing was sent.
    case unfulfilled
    /// Everything was sent.
    case fulfilled
}
