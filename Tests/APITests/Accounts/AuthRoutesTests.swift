import Domain
import Foundation
import HTTPTypes
import JSON
import Postgres
import Storage
import TestSupport
import Testing

@testable import API

@Suite(
    "Sessions open with a password and end with the first sign of theft", .database(migrations: try Shop.migrations()))
struct AuthRoutesTests {
    private static func credentials(_ email: String, _ password: String = Member.password) -> String {
        #"{"email": "\#(email)", "password": "\#(password)"}"#
    }

    private static func refresh(_ token: String) -> String { #"{"refresh_token": "\#(token)"}"# }

    @Test("registering opens a session that shows the account")
    func registersAndShowsTheAccount() async throws {
        try await Shop.open { shop in
            let email = "new\(UUID().uuidString.lowercased())@shop.example"
            let body = #"{"email": "\#(email)", "password": "hu9-xkay", "name": "Ada"}"#
            let answer = try await shop.send(.post, "/auth/register", body)
            #expect(answer.status == 201)
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(answer["user", "email"] == .string(email))
            #expect(answer["user", "role"] == .string("customer"))
            #expect(answer["expires_in"] == .integer(900))
            let me = try await shop.send(.get, "/me", token: try answer.text("access_token"))
            #expect(me.status == 200)
            #expect(me["email"] == .string(email))

            let again = try await shop.send(
                .post, "/auth/register", body.replacingOccurrences(of: email, with: email.uppercased()))
            #expect(again.status == 409)
            #expect(again.problem == "email_taken")
        }
    }

    @Test(
        "passwords that are tried first are refused",
        arguments: ["password", "P@ssw0rd2024!", "12345678", "qwertzuiop", "ada.lovelace1815", "Lovelace!"])
    func refusesPasswordsThatAreTriedFirst(_ password: String) async throws {
        try await Shop.open { shop in
            let body =
                #"{"email": "ada.lovelace1815@shop.example", "password": "\#(password)", "name": "Ada Lovelace"}"#
            let answer = try await shop.send(.post, "/auth/register", body)
            #expect(answer.status == 422)
            #expect(answer.fieldErrors == ["password:too_common"])
        }
    }

    @Test(
        "addresses in the letters of all scripts have one account each, however they are spelled",
        arguments: [
            (
                "ada@b\u{fc}cher.example",
                ["ADA@BÜCHER.example", "ada@bu\u{308}cher.example", "ada@xn--bcher-kva.example", "ada@ｂücher。example"]
            ),
            ("j\u{fc}rgen@shop.example", ["JÜRGEN@shop.example", "ju\u{308}rgen@SHOP.example"]),
            ("\u{3c3}\u{3bf}\u{3c6}\u{3af}\u{3b1}@παράδειγμα.example", ["ΣΟΦΊΑ@ΠΑΡΆΔΕΙΓΜΑ.example"]),
        ])
    func takesAddressesOfAllScripts(_ email: String, _ spellings: [String]) async throws {
        try await Shop.open { shop in
            let body = #"{"email": "\#(email)", "password": "\#(Member.password)", "name": "Ada"}"#
            let answer = try await shop.send(.post, "/auth/register", body)
            #expect(answer.status == 201)
            #expect(answer["user", "email"] == .string(email))
            for spelling in spellings {
                let again = try await shop.send(
                    .post, "/auth/register", body.replacingOccurrences(of: email, with: spelling))
                #expect(again.problem == "email_taken", "\(spelling)")
                #expect(
                    try await shop.send(.post, "/auth/login", Self.credentials(spelling)).status == 200, "\(spelling)")
            }
        }
    }

    @Test("unknown account, wrong password and malformed input get one answer")
    func oneAnswerForAllFailures()
        async throws
    {
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
            let long = try await shop.send(
                .post, "/auth/login", Self.credentials(member.email, String(repeating: "x", count: 73)))
            #expect(long.status == 422)
            #expect(long.fieldErrors == ["password:too_long"])
        }
    }

    @Test("a refresh token is used once, and its reuse ends the whole session")
    func rotatesAndRevokesTheFamilyOnReuse()
        async throws
    {
        try await Shop.open { shop in
            let member = try await shop.register()
            let second = try await shop.send(.post, "/auth/refresh", Self.refresh(member.refreshToken))
            #expect(second.status == 200)
            let next = try second.text("refresh_token")
            #expect(next != member.refreshToken)

            try await shop.letPass(seconds: 11, since: member.refreshToken)
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

    @Test("a session whose tabs refresh at once stays open")
    func keepsASessionWhoseTabsRefreshAtOnce() async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            var tokens = [member.refreshToken]
            for _ in 0..<3 {
                let sent = tokens[0]
                let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                    for _ in 0..<8 { group.addTask { try await shop.send(.post, "/auth/refresh", Self.refresh(sent)) } }
                    return try await group.reduce(into: [Answer]()) { $0.append($1) }
                }
                #expect(answers.map(\.status) == Array(repeating: 200, count: 8))
                for answer in answers {
                    #expect(try await shop.send(.get, "/me", token: try answer.text("access_token")).status == 200)
                }
                tokens = try answers.map { try $0.text("refresh_token") }
                #expect(Set(tokens).count == 8)
            }
            // Each tab goes on with what it was given, also long after the others have.
            for token in tokens {
                #expect(try await shop.send(.post, "/auth/refresh", Self.refresh(token)).status == 200)
                try await shop.letPass(seconds: 60, since: token)
            }
        }
    }

    @Test("a refresh whose answer was lost can be repeated")
    func repeatsARefreshWhoseAnswerWasLost() async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            #expect(try await shop.send(.post, "/auth/refresh", Self.refresh(member.refreshToken)).status == 200)
            try await shop.letPass(seconds: 3, since: member.refreshToken)
            let again = try await shop.send(.post, "/auth/refresh", Self.refresh(member.refreshToken))
            #expect(again.status == 200)
            #expect(
                try await shop.send(.post, "/auth/refresh", Self.refresh(try again.text("refresh_token"))).status == 200
            )
            let families = try await shop.database.query(
                "SELECT 1 FROM session_families WHERE user_id = \(member.id) AND revoked_at IS NULL")
            #expect(families.count == 1)
        }
    }

    @Test("logging out ends the session")
    func logsOut() async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            #expect(try await shop.send(.post, "/auth/logout", Self.refresh(member.refreshToken)).status == 204)
            #expect(try await shop.send(.post, "/auth/refresh", Self.refresh(member.refreshToken)).status == 401)
            #expect(try await shop.send(.post, "/auth/logout", Self.refresh("unknown")).status == 204)
        }
    }

    private static func change(_ current: String, _ new: String) -> String {
        #"{"current_password": "\#(current)", "new_password": "\#(new)"}"#
    }

    @Test("logging out everywhere ends each session of the account and no one else's")
    func logsOutEverywhere() async throws {
        try await Shop.open { shop in
            let (member, other) = (try await shop.register(), try await shop.register())
            let second = try await shop.send(.post, "/auth/login", Self.credentials(member.email))
            #expect(try await shop.send(.post, "/auth/logout-all").status == 401)
            #expect(try await shop.send(.post, "/auth/logout-all", token: member.accessToken).status == 204)
            for token in [member.refreshToken, try second.text("refresh_token")] {
                #expect(try await shop.send(.post, "/auth/refresh", Self.refresh(token)).status == 401)
            }
            #expect(try await shop.send(.post, "/auth/refresh", Self.refresh(other.refreshToken)).status == 200)
            // A token of an ended session ends no session that was opened after it.
            let third = try await shop.send(.post, "/auth/login", Self.credentials(member.email))
            #expect(try await shop.send(.post, "/auth/logout-all", token: member.accessToken).status == 401)
            #expect(
                try await shop.send(.post, "/auth/refresh", Self.refresh(try third.text("refresh_token"))).status == 200
            )
            let notes = try await shop.database.query(
                "SELECT 1 FROM audit_log WHERE subject_id = \(member.id.description) AND action = 'session.all_closed'")
            #expect(notes.count == 1)
        }
    }

    @Test("a new password ends all sessions but the one that it opens")
    func changesThePassword() async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            let new = "staple of the anvil"
            let wrong = try await shop.send(
                .post, "/auth/password", Self.change("a wrong password", new), token: member.accessToken)
            #expect(wrong.status == 401)
            #expect(wrong.problem == "invalid_credentials")
            let answer = try await shop.send(
                .post, "/auth/password", Self.change(Member.password, new), token: member.accessToken)
            #expect(answer.status == 200)
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(try await shop.send(.get, "/me", token: try answer.text("access_token")).status == 200)
            #expect(
                try await shop.send(.post, "/auth/refresh", Self.refresh(try answer.text("refresh_token"))).status
                    == 200)
            #expect(try await shop.send(.post, "/auth/refresh", Self.refresh(member.refreshToken)).status == 401)
            #expect(try await shop.send(.post, "/auth/login", Self.credentials(member.email)).status == 401)
            #expect(try await shop.send(.post, "/auth/login", Self.credentials(member.email, new)).status == 200)
            let notes = try await shop.database.query(
                """
                SELECT action FROM audit_log
                 WHERE subject_id = \(member.id.description) AND action LIKE 'user.password%' ORDER BY id
                """)
            #expect(
                try notes.map { try $0["action"] as String } == ["user.password_refused", "user.password_changed"])
        }
    }

    @Test("of password changes at once one counts")
    func changesThePasswordOnce() async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<4 {
                    group.addTask {
                        try await shop.send(
                            .post, "/auth/password", Self.change(Member.password, "staple of the anvil \(number)"),
                            token: member.accessToken
                        ).status
                    }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.sorted() == [200, 401, 401, 401])
            let live = try await shop.database.query(
                "SELECT 1 FROM session_families WHERE user_id = \(member.id) AND revoked_at IS NULL")
            #expect(live.count == 1)
        }
    }

    @Test(
        "a password change that is not well formed is refused and changes nothing",
        arguments: [
            ("{}", "current_password:required"), (Self.change(Member.password, "short"), "new_password:too_short"),
            (Self.change(Member.password, "12345678"), "new_password:too_common"),
            (Self.change(String(repeating: "x", count: 73), "staple of the anvil"), "current_password:too_long"),
            (#"{"current_password": 1, "new_password": "staple of the anvil"}"#, "current_password:wrong_type"),
            (
                #"{"current_password": "x", "new_password": "staple of the anvil", "role": "admin"}"#,
                "role:unknown_field"
            ),
        ])
    func refusesMalformedChanges(_ body: String, _ error: String) async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            let answer = try await shop.send(.post, "/auth/password", body, token: member.accessToken)
            #expect(answer.status == 422)
            #expect(answer.fieldErrors.contains(error), "\(answer.fieldErrors)")
            #expect(try await shop.send(.post, "/auth/refresh", Self.refresh(member.refreshToken)).status == 200)
        }
    }

    @Test("neither a token nor a password is stored")
    func storesNoTokenAndNoPassword() async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            let stored = try await shop.database.query(
                "SELECT hash FROM refresh_tokens WHERE hash = \(RandomToken.hash(member.refreshToken))")
            #expect(stored.count == 1)
            let hash: String = try #require(
                try await shop.database.query("SELECT password_hash FROM users WHERE id = \(member.id)").first)[
                    "password_hash"]
            #expect(hash.hasPrefix("$2b$"))
        }
    }

    @Test("disabling an account ends its sessions")
    func endsADisabledAccountsSessions() async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            try await shop.database.execute("UPDATE users SET is_disabled = true WHERE id = \(member.id)")
            #expect(
                try await shop.send(.post, "/auth/login", Self.credentials(member.email)).problem
                    == "invalid_credentials")
            #expect(try await shop.send(.post, "/auth/refresh", Self.refresh(member.refreshToken)).status == 401)
            #expect(try await shop.send(.get, "/me", token: member.accessToken).status == 401)
        }
    }

    @Test("every broken token gets the same answer")
    func answersEveryBrokenTokenAlike() async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            let other = try #require(
                await AccessTokens(keys: [SigningKey(id: "test", secret: Array(repeating: 7, count: 32))]))
            let user = try #require(try await shop.services.accounts.user(member.id))
            let expired = try await shop.services.tokens.issue(for: user, now: Date() - 1000)
            var details: Set<String> = []
            for token in [
                "", "x", expired, try await other.issue(for: user), member.accessToken + "x", member.refreshToken,
            ] {
                let answer = try await shop.send(.get, "/me", token: token)
                #expect(answer.status == 401)
                #expect(answer.headers[.wwwAuthenticate] != nil)
                details.insert(try answer.text("detail"))
            }
            #expect(details.count == 1)
            #expect(try await shop.send(.get, "/cart", token: expired).status == 401)
            // A client renews an expired token on routes that look at none.
            #expect(
                try await shop.send(.post, "/auth/refresh", Self.refresh(member.refreshToken), token: expired).status
                    == 200)
        }
    }

    @Test("every step of a session is in the audit log, with the client's address and the request")
    func audited() async throws {
        try await Shop.open { shop in
            let email = "\(UUID().uuidString.lowercased())@shop.example"
            let registered = try await shop.send(
                .post, "/auth/register", #"{"email": "\#(email)", "password": "correct horse battery", "name": "Ada"}"#,
                headers: [.requestID: "of-the-registration"])
            #expect(registered.status == 201)
            let first = try registered.text("refresh_token")
            let refreshed = try await shop.send(.post, "/auth/refresh", #"{"refresh_token": "\#(first)"}"#)
            let second = try refreshed.text("refresh_token")
            // Twice: the second time there is nothing left to end.
            for _ in 0..<2 {
                #expect(try await shop.send(.post, "/auth/logout", #"{"refresh_token": "\#(second)"}"#).status == 204)
            }
            let wrong = try await shop.send(
                .post, "/auth/login", #"{"email": "\#(email)", "password": "a wrong password"}"#)
            #expect(wrong.status == 401)
            let rows = try await shop.database.query(
                """
                SELECT a.action, a.remote_address, a.details ->> 'request_id' AS request
                  FROM audit_log AS a JOIN users AS u ON u.id::text = a.subject_id
                 WHERE u.email = \(email) ORDER BY a.id
                """)
            #expect(
                try rows.map { try $0["action"] as String }
                    == ["user.registered", "session.opened", "session.refreshed", "session.closed", "session.refused"])
            for row in rows {
                let address: String? = try row["remote_address"]
                #expect(address == "127.0.0.1" || address == "::1")
                #expect(try row["request"] as String? != nil)
            }
            #expect(try rows.first?["request"] == "of-the-registration")
        }
    }
}
