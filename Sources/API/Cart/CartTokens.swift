import Crypto
import Domain
import HTTPTypes
import Hummingbird
import Storage

/// Tokens that guests hold their carts and orders with (`X-Cart-Token`): random, and stored as hashes alone.
struct CartTokens: Sendable {
    /// Separates what is made for express orders from anything else made of the same text or with the same secret.
    private static let purpose = "cartwright express cart token"
    private let earlierKeys: [SymmetricKey]

    /// - Parameter signingSecrets: of access tokens. Versions before made the token of an express order from the first
    ///   of them.
    init(signingSecrets: [[UInt8]]) { earlierKeys = signingSecrets.map { SymmetricKey(data: $0) } }

    /// The identity under which a guest without a token finds an express order again: the email address, whatever keys
    /// the server has.
    static func scope(ofGuestWith email: EmailAddress) -> String {
        var hash = SHA256()
        for part in [purpose, email.key] {
            hash.update(data: Array(part.utf8))
            hash.update(data: [0])
        }
        return "express:" + Base64URL.encode(Array(hash.finalize()))
    }

    /// The identities under which versions before kept an express order: by a token made with the signing key that was
    /// the first at the time. A request that is repeated across the change of versions finds its order while that key
    /// is set.
    func earlierScopes(idempotencyKey: String, email: EmailAddress) -> [String] {
        earlierKeys.map { key in
            var code = HMAC<SHA256>(key: key)
            for part in [Self.purpose, idempotencyKey, email.key] {
                code.update(data: Array(part.utf8))
                code.update(data: [0])
            }
            let token = Base64URL.encode(Array(code.finalize()))
            return CartOwner.guest(tokenHash: RandomToken.hash(token)).idempotencyScope
        }
    }

    /// The token a request came with. Throws 400 for what cannot be one.
    static func token(of request: Request) throws(Problem) -> String? {
        guard let token = request.headers[.cartToken] else { return nil }
        guard RandomToken.isPlausible(token) else {
            throw .badRequest("X-Cart-Token is not one of ours. Leave it out to get a new one.")
        }
        return token
    }
}

extension ShopContext {
    /// Whose cart and orders the request is about: the user's, or the guest's to whom the cart token was given out. nil
    /// without either; a token that was never given out is none, so that no client can choose the token of another's
    /// cart beforehand.
    func buyer(_ request: Request, _ guests: GuestStore) async throws -> CartOwner? {
        if let user = viewer.user { return .user(user) }
        guard let token = try CartTokens.token(of: request) else { return nil }
        return try await guests.guest(holding: RandomToken.hash(token)).map { .guest(tokenHash: $0) }
    }

    /// The buyer for a request about orders. A user who comes with a cart token as well has proved that what was
    /// ordered with it is theirs: it is taken over into the account first.
    func orderer(_ request: Request, _ guests: GuestStore) async throws -> CartOwner? {
        guard let user = viewer.user else { return try await buyer(request, guests) }
        if let token = request.headers[.cartToken], RandomToken.isPlausible(token) {
            try await guests.takeOver(RandomToken.hash(token), by: user, remoteAddress: remoteAddress)
        }
        return .user(user)
    }
}
