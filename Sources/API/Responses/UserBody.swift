import Domain
import FoundationEssentials

/// An account as its owner sees it.
struct UserBody: Encodable {
    let id: String
    let email: String
    let name: String
    let role: String
    let createdAt: Date

    init(_ user: User) {
        id = user.id.description
        email = user.email.readable
        name = user.name
        role = user.role.rawValue
        createdAt = user.createdAt
    }

    enum CodingKeys: String, CodingKey {
        case id, email, name, role
        case createdAt = "created_at"
    }
}
