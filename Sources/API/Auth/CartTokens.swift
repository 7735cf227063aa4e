import Crypto
import Domain
import HTTPTypes
import Hummingbird

/// Tokens that guests hold their carts and orders with (`X-Cart-Token`).
struct CartTokens: Sendable {
    /// Separates tokens of this kind from anything else made with the same secret.
    private static let purpose = "cartwright express cart token"
    private let key: SymmetricKey

    /// - Parameter secret: of the server; at least 32 bytes.
    init(secret: [UInt8]) { key = SymmetricKey(data: secret) }

    /// The token of an express order whose sender has none yet.
    ///
    /// It follows from the idempotency key and the mail address, so that a repeated request arrives at the same token, and with it
    /// at the same order. Without the server's secret nobody can compute it.
    func expressToken(idempotencyKey: String, email: EmailAddress) -> String {
        var code = HMAC<SHA256>(key: key)
        for part in [Self.purpose, idempotencyKey, email.key] {
            code.update(data: Array(part.utf8))
            code.update(data: [0])
        }
        return Base64URL.encode(Array(code.finalize()))
    }

    /// The token a request came with. Throws 400 for one that was never given out.
    static func token(of request: Request) throws(Problem) -> String? {
        guard let token = request.headers[.cartToken] else { return nil }
        guard RandomToken.isPlausible(token) else { throw .badRequest("X-Cart-Token is not one of ours. Leave it out to get a new one.") }
        return token
    }
}
