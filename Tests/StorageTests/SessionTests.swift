import Domain
import FoundationEssentials
import Postgres
import Storage
import Testing

@Suite("A refresh token is good for one use")
struct SessionTests {
    private static func token() -> [UInt8] { (0..<32).map { _ in UInt8.random(in: 0...255) } }
    private static let later = Date(timeIntervalSinceNow: 3600)

    private static func login(_ shop: Shop, _ mail: String = "ada@example.com") async throws -> (user: User, token: [UInt8]) {
        let user = try await shop.accounts.register(email: EmailAddress(mail), passwordHash: "hash", name: "Ada")
        let token = token()
        try await shop.accounts.openSession(for: user.id, tokenHash: token, expiresAt: later)
        return (user, token)
    }

    @Test("two at once: exactly one wins, and the winner's token counts")
    func atOnce() async throws {
        try await Shop.with(poolSize: 10) { shop in
            for round in 0..<10 {
                let (user, old) = try await Self.login(shop, "ada\(round)@example.com")
                let candidates = (0..<2).map { _ in Self.token() }
                let results = try await withThrowingTaskGroup(of: (Int, SessionRotation).self) { group in
                    for (index, candidate) in candidates.enumerated() {
                        group.addTask { (index, try await shop.accounts.rotate(old, to: candidate, expiresAt: Self.later)) }
                    }
                    return try await group.reduce(into: [Int: SessionRotation]()) { $0[$1.0] = $1.1 }
                }
                let winners = results.filter { $0.value == .rotated(user) }
                #expect(winners.count == 1)
                let winner = try #require(winners.first?.key)
                // The other one came at the same moment, or just after: then the token was in two hands, and the family is over.
                let loser = try #require(results[1 - winner])
                #expect(loser == .lostRace || loser == .reused(user.id))
                let next = try await shop.accounts.rotate(candidates[winner], to: Self.token(), expiresAt: Self.later)
                #expect(next == (loser == .lostRace ? .rotated(user) : .ended))
                #expect(try await shop.accounts.rotate(candidates[1 - winner], to: Self.token(), expiresAt: Self.later) == .unknown)
            }
        }
    }

    @Test("a request that had seen the token unused loses the race without ending the family")
    func lostRace() async throws {
        try await Shop.with { shop in
            let (user, old) = try await Self.login(shop)
            // Holds the token's row, as the winner does between its update and its commit.
            let entered = AsyncStream.makeStream(of: Void.self)
            let accounts = shop.accounts
            let database = shop.database
            async let winner: Void = database.transaction { transaction in
                _ = try transaction.pipeline([
                    "UPDATE refresh_tokens SET used_at = now() WHERE hash = \(old)"
                ])
                entered.continuation.yield()
                // Commits only once the other request waits for the row.
                for _ in 0..<500 {
                    let waiting = try transaction.query(
                        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
                    if !waiting.isEmpty { return }
                    _ = try transaction.query("SELECT pg_stat_clear_snapshot(), pg_sleep(0.01)")
                }
            }
            _ = await entered.stream.first { _ in true }
            #expect(try await accounts.rotate(old, to: Self.token(), expiresAt: Self.later) == .lostRace)
            try await winner
            #expect(try await shop.count("SELECT count(*) FROM session_families WHERE revoked_at IS NULL AND user_id = \(user.id)") == 1)
        }
    }

    @Test("reuse revokes the whole family, and is audited; other families live on")
    func reuse() async throws {
        try await Shop.with { shop in
            let (user, first) = try await Self.login(shop)
            let elsewhere = Self.token()
            try await shop.accounts.openSession(for: user.id, tokenHash: elsewhere, expiresAt: Self.later)
            let second = Self.token()
            #expect(try await shop.accounts.rotate(first, to: second, expiresAt: Self.later) == .rotated(user))
            #expect(try await shop.accounts.rotate(first, to: Self.token(), expiresAt: Self.later) == .reused(user.id))
            #expect(try await shop.accounts.rotate(second, to: Self.token(), expiresAt: Self.later) == .ended)
            #expect(try await shop.accounts.rotate(elsewhere, to: Self.token(), expiresAt: Self.later) == .rotated(user))
            #expect(try await shop.count("SELECT count(*) FROM audit_log WHERE action = 'session.reused'") == 1)
        }
    }

    @Test("logout, logout everywhere, a new password and expiry end sessions")
    func endings() async throws {
        try await Shop.with { shop in
            let (user, token) = try await Self.login(shop)
            func fresh(_ expiry: Date = Self.later) async throws -> [UInt8] {
                let token = Self.token()
                try await shop.accounts.openSession(for: user.id, tokenHash: token, expiresAt: expiry)
                return token
            }
            func rotation(_ token: [UInt8]) async throws -> SessionRotation {
                try await shop.accounts.rotate(token, to: Self.token(), expiresAt: Self.later)
            }
            #expect(try await rotation(Self.token()) == .unknown)
            let other = try await fresh()
            try await shop.accounts.endSession(token)
            #expect(try await rotation(token) == .ended)
            guard case .rotated = try await rotation(other) else {
                Issue.record("logging out ended another session")
                return
            }
            let third = try await fresh()
            try await shop.accounts.endAllSessions(of: user.id)
            #expect(try await rotation(third) == .ended)
            let fourth = try await fresh()
            try await shop.accounts.changePassword(user.id, to: "other")
            #expect(try await rotation(fourth) == .ended)
            #expect(try await rotation(fresh(Date(timeIntervalSinceNow: -1))) == .ended)
            #expect(try await shop.accounts.user(user.id)?.sessionVersion == 3)
            #expect(try await shop.accounts.credentials(email: EmailAddress("ADA@example.com"))?.passwordHash == "other")
        }
    }

    @Test("one account per mailbox, however it is spelled")
    func oneAccount() async throws {
        try await Shop.with { shop in
            let user = try await shop.accounts.register(email: EmailAddress("Ada@example.com"), passwordHash: "hash", name: "Ada")
            await #expect(throws: StorageError.emailTaken) {
                try await shop.accounts.register(email: EmailAddress("aDA@EXAMPLE.com"), passwordHash: "hash", name: "Eve")
            }
            #expect(try await shop.accounts.rename(user.id, to: "Ada L.")?.name == "Ada L.")
            #expect(try await shop.accounts.rename(User.ID(), to: "Nobody") == nil)
        }
    }

    @Test("erasure keeps orders and forgets people")
    func erasure() async throws {
        try await Shop.with { shop in
            let (user, token) = try await Self.login(shop)
            let pen = try await shop.product("PEN", stock: 5)
            let order = try await shop.place(shop.express(pen, guest: .user(user.id)))
            _ = try await shop.reserve(order.id)
            try await shop.settle(order, .succeeded)
            try await shop.accounts.erase(user.id)
            let kept = try await shop.current(order)
            #expect(kept.email == nil)
            #expect(kept.shippingAddress == nil)
            #expect(kept.items == order.items)
            #expect(try await shop.accounts.user(user.id) == nil)
            #expect(try await shop.accounts.credentials(email: EmailAddress("ada@example.com")) == nil)
            #expect(try await shop.accounts.rotate(token, to: Self.token(), expiresAt: Self.later) == .ended)
            #expect(try await shop.count("SELECT count(*) FROM email_deliveries WHERE recipient IS NOT NULL") == 0)
            #expect(
                try await shop.accounts.register(email: EmailAddress("ada@example.com"), passwordHash: "hash", name: "Ada").id != user.id)
        }
    }
}
