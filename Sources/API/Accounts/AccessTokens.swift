import Arithmetic
import Crypto
import Domain
import FoundationEssentials
import JSON
import JWTKit

/// Issues and checks access tokens: JWTs signed with HS256 and one of a fixed set of keys.
///
/// The header is checked before the signature, by the letter (RFC 8725): exactly `alg`, `kid` and `typ`, this
/// algorithm, a known key. So there is no `none`, no other algorithm for a key, and no address or key of the sender's
/// choice to be followed.
struct AccessTokens: Sendable {
    private let collections: [String: JWTKeyCollection]
    private let current: String

    /// - Parameter keys: the first one signs, the others are still accepted. Must not be empty.
    init?(keys: [SigningKey]) async {
        guard let first = keys.first else { return nil }
        var collections: [String: JWTKeyCollection] = [:]
        for key in keys {
            let collection = JWTKeyCollection()
            await collection.add(
                hmac: HMACKey(from: key.secret), digestAlgorithm: .sha256, kid: JWKIdentifier(string: key.id))
            collections[key.id] = collection
        }
        self.collections = collections
        self.current = first.id
    }

    /// A token for the user that is valid from now for ``AccessClaims/lifetime``.
    func issue(for user: User, now: Date = Date()) async throws -> String {
        let seconds = now.unixSeconds
        let claims = AccessClaims(
            iss: AccessClaims.issuer, aud: AccessClaims.audience, sub: user.id.description, iat: seconds, nbf: seconds,
            exp: seconds + AccessClaims.lifetime, jti: RandomToken.make(), sv: user.sessionVersion,
            role: user.role.rawValue)
        var header = JWTHeader()
        header.typ = AccessClaims.type
        header.alg = "HS256"
        guard let collection = collections[current] else { throw Problem.internalError }
        return try await collection.sign(claims, kid: JWKIdentifier(string: current), header: header)
    }

    /// Who the token speaks for. nil for every fault alike.
    func subject(of token: String, now: Date = Date()) async -> TokenSubject? {
        guard token.utf8.count <= 2_048 else { return nil }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]), Base64URL.decode(parts[1]) != nil,
            Base64URL.decode(parts[2])?.count == SHA256.byteCount,
            case .object(let fields) = try? JSONValue(parsing: header), fields.count == 3,
            fields["alg"] == .string("HS256"), fields["typ"] == .string(AccessClaims.type),
            case .string(let kid) = fields["kid"], let collection = collections[kid],
            let claims = try? await collection.verify(token, as: AccessClaims.self)
        else { return nil }
        return claims.subject(at: now.unixSeconds)
    }
}

/// What an access token says.
struct AccessClaims: JWTPayload, Equatable {
    static let issuer = "cartwright"
    static let audience = "cartwright-api"
    /// Header `typ` (RFC 9068): an access token is no other kind of token.
    static let type = "at+jwt"
    /// Seconds from issue to expiry.
    static let lifetime: Int64 = 900

    let iss: String
    let aud: String
    /// User id.
    let sub: String
    /// Seconds since 1970.
    let iat: Int64
    let nbf: Int64
    let exp: Int64
    /// Random, so that two tokens of one second differ.
    let jti: String
    /// The account's session version at the time of issue. Routes for staff refuse an older one.
    let sv: Int
    /// The role at the time of issue. Routes for staff look it up again.
    let role: String

    /// JWTKit calls this with no clock of ours; the checks stand in ``subject(at:)``.
    func verify(using algorithm: some JWTAlgorithm) async throws {}

    /// Who the token speaks for at this time (seconds since 1970), or nil when any claim does not hold.
    func subject(at now: Int64) -> TokenSubject? {
        guard iss == Self.issuer, aud == Self.audience, now < exp, exp.saturatingSubtract(iat) <= Self.lifetime else {
            return nil
        }
        // Another machine's clock may be a little ahead.
        guard nbf <= now.saturatingAdd(5), iat <= now.saturatingAdd(5), let role = Role(rawValue: role),
            let user = User.ID(sub)
        else {
            return nil
        }
        return TokenSubject(user: user, role: role, sessionVersion: sv)
    }
}

/// A secret that access tokens are signed with, and the name it goes by in their headers.
struct SigningKey: Sendable {
    /// The `kid`.
    let id: String
    /// At least 32 bytes: RFC 7518 §3.2 wants a key as long as the hash.
    let secret: [UInt8]
}

/// Whom a valid access token speaks for, as of its issue.
struct TokenSubject: Sendable, Equatable {
    let user: User.ID
    let role: Role
    let sessionVersion: Int
}
