import Crypto
import Domain
import Foundation
import JSON
import Testing

@testable import API

@Suite("A token that was changed in any way is no token")
struct AccessTokensTests {
    private let secret = Array("0123456789abcdef0123456789abcdef".utf8)
    private let old = Array("fedcba9876543210fedcba9876543210".utf8)
    private let user = User.ID()

    private func account(_ role: Role) throws -> User {
        User(
            id: user, email: try EmailAddress("ada@shop.example"), name: "Ada", role: role, sessionVersion: 1,
            isDisabled: false,
            createdAt: Date())
    }

    private func tokens() async throws -> AccessTokens {
        try #require(
            await AccessTokens(keys: [SigningKey(id: "new", secret: secret), SigningKey(id: "old", secret: old)]))
    }

    /// A token made by hand, so that every part of it can be wrong.
    private func forge(
        header: String = #"{"alg":"HS256","kid":"new","typ":"at+jwt"}"#, claims: [String: Any] = [:],
        without: String? = nil,
        key: [UInt8]? = nil
    ) throws -> String {
        let now = Int(Date().timeIntervalSince1970)
        var all: [String: Any] = [
            "iss": "cartwright", "aud": "cartwright-api", "sub": user.description, "iat": now, "nbf": now,
            "exp": now + 900, "jti": "x",
            "sv": 1, "role": "customer",
        ]
        all.merge(claims) { $1 }
        if let without { all[without] = nil }
        let payload = try JSONSerialization.data(withJSONObject: all)
        let signed = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(payload)
        let code = HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: SymmetricKey(data: key ?? secret))
        return signed + "." + Base64URL.encode(Array(code))
    }

    @Test("a token that was made here is accepted")
    func acceptsItsOwn() async throws {
        let tokens = try await tokens()
        let token = try await tokens.issue(for: account(.operator))
        #expect(await tokens.subject(of: token) == TokenSubject(user: user, role: .operator, sessionVersion: 1))
        #expect(await tokens.subject(of: try forge()) == TokenSubject(user: user, role: .customer, sessionVersion: 1))
    }

    @Test("a token of the former key is accepted by the key's name")
    func acceptsTheOldKeyByItsName() async throws {
        let token = try forge(header: #"{"alg":"HS256","kid":"old","typ":"at+jwt"}"#, key: old)
        #expect(try await tokens().subject(of: token)?.user == user)
    }

    @Test("a token ends after fifteen minutes")
    func endsAfterFifteenMinutes() async throws {
        let tokens = try await tokens()
        let token = try await tokens.issue(for: account(.customer))
        #expect(await tokens.subject(of: token, now: Date() + 890) != nil)
        #expect(await tokens.subject(of: token, now: Date() + 901) == nil)
        #expect(await tokens.subject(of: token, now: Date() - 60) == nil)
    }

    @Test(
        "a token with another header is refused",
        arguments: [
            #"{"alg":"none","kid":"new","typ":"at+jwt"}"#, #"{"alg":"HS512","kid":"new","typ":"at+jwt"}"#,
            #"{"alg":"RS256","kid":"new","typ":"at+jwt"}"#, #"{"alg":"HS256","kid":"unknown","typ":"at+jwt"}"#,
            #"{"alg":"HS256","kid":"old","typ":"at+jwt"}"#, #"{"alg":"HS256","typ":"at+jwt"}"#,
            #"{"alg":"HS256","kid":"new"}"#,
            #"{"alg":"HS256","kid":"new","typ":"JWT"}"#, #"{"alg":"hs256","kid":"new","typ":"at+jwt"}"#,
            #"{"alg":"HS256","kid":"new","typ":"at+jwt","jku":"https://evil.example/keys"}"#,
            #"{"alg":"HS256","kid":"new","typ":"at+jwt","jwk":{"kty":"oct","k":"AAAA"}}"#,
            #"{"alg":"HS256","kid":"new","typ":"at+jwt","x5u":"https://evil.example"}"#,
            #"{"alg":"HS256","kid":"new","typ":"at+jwt","crit":["exp"]}"#,
            #"{"alg":"none","alg":"HS256","kid":"new","typ":"at+jwt"}"#,
            #"{"alg":"HS256","kid":"../../etc/passwd","typ":"at+jwt"}"#, "[]", "", "{",
        ])
    func refusesHeader(_ header: String) async throws {
        #expect(try await tokens().subject(of: try forge(header: header)) == nil)
    }

    @Test(
        "a token without one of its claims is refused",
        arguments: ["iss", "aud", "sub", "exp", "nbf", "iat", "sv", "role"])
    func refusesTokensWithoutAClaim(_ claim: String) async throws {
        #expect(try await tokens().subject(of: try forge(without: claim)) == nil)
    }

    @Test("a token with a wrong claim is refused")
    func refusesWrongClaims() async throws {
        let now = Int(Date().timeIntervalSince1970)
        let tokens = try await tokens()
        let wrong: [[String: Any]] = [
            ["iss": "somebody"], ["aud": "another-api"], ["aud": ["cartwright-api"]], ["sub": "1"], ["sub": 1],
            ["exp": now - 1],
            ["exp": "9999999999"], ["exp": now + 86_400], ["nbf": now + 60], ["iat": now + 60], ["role": "root"],
            ["role": "anonymous"],
        ]
        for claims in wrong { #expect(await tokens.subject(of: try forge(claims: claims)) == nil, "\(claims)") }
    }

    @Test("a signature of another key is refused")
    func refusesAnotherKeysSignature() async throws {
        #expect(try await tokens().subject(of: try forge(key: old)) == nil)
    }

    @Test("a token with any character changed is refused")
    func refusesEveryFlippedCharacter() async throws {
        let tokens = try await tokens()
        let token = Array(try forge().utf8)
        for index in token.indices {
            var changed = token
            changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(await tokens.subject(of: String(decoding: changed, as: UTF8.self)) == nil, "character \(index)")
        }
    }

    @Test("another spelling of the same token is refused")
    func refusesTwinsOfAToken() async throws {
        let tokens = try await tokens()
        let token = try forge()
        // 32 bytes take 43 characters with four bits to spare: three more spellings decode to the same signature.
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let last = try #require(token.last)
        for letter in alphabet where letter != last {
            #expect(await tokens.subject(of: String(token.dropLast()) + String(letter)) == nil)
        }
        for twin in [token + "=", token + ".", token + "A", " " + token, token + "\n", String(token.dropLast()), ""] {
            #expect(await tokens.subject(of: twin) == nil)
        }
    }
}
