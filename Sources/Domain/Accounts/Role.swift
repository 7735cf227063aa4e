/// What a user may do. Each role may do what those before it may.
package enum Role: String, Hashable, Codable, Sendable, CaseIterable, Comparable {
    /// Buys.
    case customer
    /// Looks into orders.
    case support
    /// Runs the queues, repairs, refunds.
    case `operator`
    /// Changes the catalogue and other users.
    case admin

    /// By how much they may do.
    package static func < (left: Self, right: Self) -> Bool { left.level < right.level }

    private var level: Int {
        switch self {
        case .customer: 0
        case .support: 1
        case .operator: 2
        case .admin: 3
        }
    }
}
