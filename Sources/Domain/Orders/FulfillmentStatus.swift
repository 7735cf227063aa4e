/// Whether the goods of an order have left the house.
package enum FulfillmentStatus: String, Hashable, Codable, Sendable, CaseIterable {
    /// Nothing was sent.
    case unfulfilled
    /// Everything was sent.
    case fulfilled
}
