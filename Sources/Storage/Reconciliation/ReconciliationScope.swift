package import FoundationEssentials

/// For which time books are compared.
package enum ReconciliationScope: Hashable, Codable, Sendable {
    /// The recent past, and before it whatever has not been compared yet.
    case recent
    /// The last 48 hours, because payments change after they were made.
    case daily
    /// Since a time that an operator names.
    case since(Date)

    /// Whether it comes again by itself.
    package var isRegular: Bool {
        if case .since = self { false } else { true }
    }

    /// As it is stored.
    var name: String {
        switch self {
        case .recent: "recent"
        case .daily: "daily"
        case .since: "manual"
        }
    }
}
