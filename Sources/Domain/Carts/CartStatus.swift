/// Whether a cart can be edited.
package enum CartStatus: String, Hashable, Codable, Sendable, CaseIterable {
    /// Items come and go.
    case open
    /// An order was placed from it and is not through; edits are refused.
    case converting
    /// It became a confirmed order.
    case converted
    /// Its items went into another cart at login.
    case merged
    /// It belonged to an express order that came to nothing.
    case closed
}
