import Arithmetic
import Domain
import JWTKit

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
