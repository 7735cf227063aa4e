import Domain
import Foundation
import HTTPTypes
import Postgres
import Storage
import TestSupport
import Testing

@testable import API

@Suite("Sessions open with a password and end with the first sign of theft", .database(migrations: try Shop.migrations()))
struct AuthRoutesTests {
    private static func credentials(_ email: String, _ password: String = Member.password) -> String {
        #"{"email": "\#(email)", "password": "\#(password)"}"#
    }

    private static func refresh(_ token: String) -> String { #"{"refresh_token": "\#(token)"}"# }

    @Test func registersAndShowsTheAccount() async throws {
        try await Shop.open { shop in
            let email = "new\(UUID().uuidString.lowercased())@shop.example"
            let body = #"{"email": "\#(email)", "password": "12345678", "name": "Ada"}"#
            let answer = try await shop.send(.post, "/auth/register", body)
            #expect(answer.status == 201)
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(answer["user", "email"] == .string(email))
            #expect(answer["user", "role"] == .string("customer"))
            #expect(answer["expires_in"] == .integer(900))
            let me = try await shop.send(.get, "/me", token: try answer.text("access_token"))
            #expect(me.status == 200)
            #expect(me["email"] == .string(email))

            let again = try await shop.send(.post, "/auth/register", body.replacingOccurrences(of: email, with: email.uppercased()))
            #expect(again.status == 409)
            #expect(again.problem == "email_taken")
        }
    }

    @Test func tellsUnknownWrongAndMalformedApartInNoWay() async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            var details: Set<String> = []
            for body in [
                Self.credentials(member.email, "wrong horse battery"), Self.credentials("nobody@shop.example"),
                Self.credentials("no address"),
            ] {
                let answer = try await shop.send(.post, "/auth/login", body)
                #expect(answer.status == 401)
                #expect(answer.problem == "invalid_credentials")
                details.insert(try answer.text("detail"))
            }
            #expect(details.count == 1)
            let long = try await shop.send(.post, "/auth/login", Self.credentials(member.email, String(repeating: "x", count: 73)))
            #expect(long.status == 422)
            #expect(long.fieldErrors == ["password:too_long"])
        }
    }

    @Test func rotatesAndRevokesTheFamilyOnReuse() async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            let second = try await shop.send(.post, "/auth/refresh", Self.refresh(member.refreshToken))
            #expect(second.status == 200)
            let next = try second.text("refresh_token")
            #expect(next != member.refreshToken)

            let reused = try await shop.send(.post, "/auth/refresh", Self.refresh(member.refreshToken))
            #expect(reused.status == 401)
            #expect(reused.problem == "invalid_refresh_token")
            // The thief's copy and the owner's successor are both over.
            #expect(try await shop.send(.post, "/auth/refresh", Self.refresh(next)).status == 401)
            let audited = try await shop.database.query(
                "SELECT 1 FROM audit_log WHERE action = 'session.reused' AND subject_id = \(member.id.description)")
            #expect(audited.count == 1)
        }
    }

    @Test func letsExactlyOneOfManyRefreshesWin() async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await shop.send(.post, "/auth/refresh", Self.refresh(member.refreshToken)).status }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 200 }.count == 1)
            #expect(statuses.filter { $0 == 401 }.count == 7)
        }
    }

    @Test func logsOut() async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            #expect(try await shop.send(.post, "/auth/logout", Self.refresh(member.refreshToken)).status == 204)
            #expect(try await shop.send(.post, "/auth/refresh", Self.refresh(member.refreshToken)).status == 401)
            #expect(try await shop.send(.post, "/auth/logout", Self.refresh("unknown")).status == 204)
        }
    }

    @Test func storesNoTokenAndNoPassword() async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            let stored = try await shop.database.query(
                "SELECT hash FROM refresh_tokens WHERE hash = \(RandomToken.hash(member.refreshToken))")
            #expect(stored.count == 1)
            let hash: String = try #require(try await shop.database.query("SELECT password_hash FROM users WHERE id = \(member.id)").first)[
                "password_hash"]
            #expect(hash.hasPrefix("$2b$"))
        }
    }

    @Test func endsADisabledAccountsSessions() async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            try await shop.database.execute("UPDATE users SET is_disabled = true WHERE id = \(member.id)")
            #expect(try await shop.send(.post, "/auth/login", Self.credentials(member.email)).problem == "invalid_credentials")
            #expect(try await shop.send(.post, "/auth/refresh", Self.refresh(member.refreshToken)).status == 401)
            #expect(try await shop.send(.get, "/me", token: member.accessToken).status == 401)
        }
    }

    @Test func answersEveryBrokenTokenAlike() async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            let other = try #require(await AccessTokens(keys: [SigningKey(id: "test", secret: Array(repeating: 7, count: 32))]))
            let user = try #require(try await shop.services.accounts.user(member.id))
            let expired = try await shop.services.tokens.issue(for: user, now: Date() - 1000)
            var details: Set<String> = []
            for token in ["", "x", expired, try await other.issue(for: user), member.accessToken + "x", member.refreshToken] {
                let answer = try await shop.send(.get, "/me", token: token)
                #expect(answer.status == 401)
                #expect(answer.headers[.wwwAuthenticate] != nil)
                details.insert(try answer.text("detail"))
            }
            #expect(details.count == 1)
            #expect(try await shop.send(.get, "/cart", token: expired).status == 401)
            // A client renews an expired token on routes that look at none.
            #expect(try await shop.send(.post, "/auth/refresh", Self.refresh(member.refreshToken), token: expired).status == 200)
        }
    }
}
