package import Domain
package import Postgres

/// Whose cart it is.
package enum CartOwner: Hashable, Sendable {
    /// A customer with an account.
    case user(User.ID)
    /// The guest who holds the cart token with this SHA-256 (32 bytes).
    case guest(tokenHash: [UInt8])

    /// The scope of keys under which something was put into the cart: they never meet those of orders.
    var cartScope: String { "cart:" + idempotencyScope }

    /// The scope of idempotency keys: keys of two buyers never meet.
    package var idempotencyScope: String {
        switch self {
        case .user(let id): "user:\(id)"
        case .guest(let hash): "guest:" + hash.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        }
    }
}

extension CartOwner: PostgresEncodable {
    /// The column that names this kind of owner, in `carts` and `orders`.
    var column: String {
        switch self {
        case .user: "user_id"
        case .guest: "guest_token_hash"
        }
    }

    /// The type of that column.
    var columnType: String {
        switch self {
        case .user: "uuid"
        case .guest: "bytea"
        }
    }

    /// The account, if it is one.
    var userID: User.ID? {
        if case .user(let id) = self { id } else { nil }
    }

    /// The hash of the cart token, if it is a guest's.
    var guestTokenHash: [UInt8]? {
        if case .guest(let hash) = self { hash } else { nil }
    }

    /// What stands in the column.
    package var postgresParameter: PostgresParameter {
        switch self {
        case .user(let id): id.postgresParameter
        case .guest(let hash): hash.postgresParameter
        }
    }
}
