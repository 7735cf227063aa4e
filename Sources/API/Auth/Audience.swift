import Domain

/// A column of the access table.
enum Audience: String, CaseIterable, Sendable {
    case anonymous, customer, support, `operator`, admin

    init(_ role: Role) {
        switch role {
        case .customer: self = .customer
        case .support: self = .support
        case .operator: self = .operator
        case .admin: self = .admin
        }
    }
}
