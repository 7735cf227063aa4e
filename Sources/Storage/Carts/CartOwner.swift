package import Domain

/// Whose cart it is.
package enum CartOwner: Hashable, Sendable {
    /// Somebody with an account.
    case user(User.ID)
    /// Whoever holds the cart token with this SHA-256 (32 bytes).
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
