import Domain
import FoundationEssentials
import Postgres
import Storage
import Testing

@Suite("A refresh token is good for one use, and for a moment after it")
struct SessionTests {
    private static func token() -> [UInt8] { (0..<32).map { _ in UInt8.random(in: 0...255) } }
    private static let later = Date(timeIntervalSinceNow: 3600)

    private static func login(_ shop: Shop, _ email: String = "ada@example.com") async throws -> (
        user: User, token: [UInt8]
    ) {
        let user = try await shop.accounts.register(email: EmailAddress(email), passwordHash: "hash", name: "Ada")
        let token = token()
        try await shop.accounts.openSession(for: user.id, tokenHash: token, expiresAt: later)
        return (user, token)
    }

    /// Makes a token's use look as if it had been so long ago.
    private static func age(_ token: [UInt8], _ seconds: Double, in shop: Shop) async throws {
        try await shop.database.execute(
            "UPDATE refresh_tokens SET used_at = used_at - make_interval(secs => \(seconds)) WHERE hash = \(token)")
    }

    @Test("two at once: both get tokens that work, now and later")
    func atOnce() async throws {
        try await Shop.with(poolSize: 10) { shop in
            for round in 0..<10 {
                let (user, old) = try await Self.login(shop, "ada\(round)@example.com")
                let candidates = (0..<2).map { _ in Self.token() }
                let results = try await withThrowingTaskGroup(of: SessionRotation.self) { group in
                    for candidate in candidates {
                        group.addTask { try await shop.accounts.rotate(old, to: candidate, expiresAt: Self.later) }
                    }
                    return try await group.reduce(into: [SessionRotation]()) { $0.append($1) }
                }
                #expect(results == [.rotated(user), .rotated(user)])
                for candidate in candidates {
                    #expect(
                        try await shop.accounts.rotate(candidate, to: Self.token(), expiresAt: Self.later)
                            == .rotated(user))
                    // The other tab refreshes a quarter of an hour later.
                    try await Self.age(candidate, 900, in: shop)
                    try await Self.age(old, 900, in: shop)
                }
                let families = try await shop.count(
                    "SELECT count(*) FROM session_families WHERE revoked_at IS NULL AND user_id = \(user.id)")
                #expect(families == 1)
            }
        }
    }

    @Test(
        "the direct predecessor is good for ten seconds",
        arguments: [(0.0, true), (3, true), (11, false), (86_400, false)])
    func predecessor(_ age: Double, _ isGood: Bool) async throws {
        try await Shop.with { shop in
            let (user, first) = try await Self.login(shop)
            let (second, other) = (Self.token(), Self.token())
            #expect(try await shop.accounts.rotate(first, to: second, expiresAt: Self.later) == .rotated(user))
            try await Self.age(first, age, in: shop)
            let repeated = try await shop.accounts.rotate(first, to: other, expiresAt: Self.later)
            #expect(repeated == (isGood ? .rotated(user) : .reused(user.id)))
            for token in [second, other] {
                let next = try await shop.accounts.rotate(token, to: Self.token(), expiresAt: Self.later)
                #expect(next == (isGood ? .rotated(user) : token == other ? .unknown : .ended))
            }
            #expect(try await shop.count("SELECT count(*) FROM refresh_tokens WHERE length(hash) <> 32") == 0)
        }
    }

    @Test("a predecessor whose successor was used is no direct one any more")
    func grandparent() async throws {
        try await Shop.with { shop in
            let (user, first) = try await Self.login(shop)
            let (second, third) = (Self.token(), Self.token())
            #expect(try await shop.accounts.rotate(first, to: second, expiresAt: Self.later) == .rotated(user))
            #expect(try await shop.accounts.rotate(second, to: third, expiresAt: Self.later) == .rotated(user))
            #expect(try await shop.accounts.rotate(first, to: Self.token(), expiresAt: Self.later) == .reused(user.id))
            #expect(try await shop.accounts.rotate(third, to: Self.token(), expiresAt: Self.later) == .ended)
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
            try await Self.age(first, 11, in: shop)
            let stolen = try await shop.accounts.rotate(
                first, to: Self.token(), expiresAt: Self.later, from: AuditOrigin(remoteAddress: "192.0.2.7"))
            #expect(stolen == .reused(user.id))
            #expect(try await shop.accounts.rotate(second, to: Self.token(), expiresAt: Self.later) == .ended)
            #expect(
                try await shop.accounts.rotate(elsewhere, to: Self.token(), expiresAt: Self.later) == .rotated(user))
            #expect(
                try await shop.count(
                    "SELECT count(*) FROM audit_log WHERE action = 'session.reused' AND remote_address = '192.0.2.7'")
                    == 1
            )
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
            let opened = Self.token()
            #expect(
                try await shop.accounts.changePassword(
                    user.id, from: "wrong", to: "other", tokenHash: Self.token(), expiresAt: Self.later) == nil)
            let changed = try await shop.accounts.changePassword(
                user.id, from: "hash", to: "other", tokenHash: opened, expiresAt: Self.later)
            #expect(changed?.sessionVersion == 3)
            // A login that has checked the password of before opens no session any more.
            for version in [1, 2, 4] {
                #expect(
                    try await !shop.accounts.openSession(
                        for: user.id, version: version, tokenHash: Self.token(), expiresAt: Self.later))
            }
            #expect(try await rotation(fourth) == .ended)
            guard case .rotated = try await rotation(opened) else {
                Issue.record("the session of the new password is not open")
                return
            }
            #expect(try await rotation(fresh(Date(timeIntervalSinceNow: -1))) == .ended)
            #expect(try await shop.accounts.user(user.id)?.sessionVersion == 3)
            #expect(
                try await shop.accounts.credentials(email: EmailAddress("ADA@example.com"))?.passwordHash == "other")
        }
    }

    @Test("one account per mailbox, however it is spelled")
    func oneAccount() async throws {
        try await Shop.with { shop in
            let user = try await shop.accounts.register(
                email: EmailAddress("Ada@example.com"), passwordHash: "hash", name: "Ada")
            await #expect(throws: StorageError.emailTaken) {
                try await shop.accounts.register(
                    email: EmailAddress("aDA@EXAMPLE.com"), passwordHash: "hash", name: "Eve")
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
                try await shop.accounts.register(
                    email: EmailAddress("ada@example.com"), passwordHash: "hash", name: "Ada"
                ).id != user.id)
        }
    }

    @Test("a login that meets a change of the password opens no session that outlives it")
    func loginDuringChange() async throws {
        try await Shop.with { shop in
            let (user, _) = try await Self.login(shop)
            for round in 1...10 {
                let (checked, next) = (round == 1 ? "hash" : "hash \(round - 1)", "hash \(round)")
                let before = try #require(try await shop.accounts.user(user.id))
                async let opened = shop.accounts.openSession(
                    for: user.id, version: before.sessionVersion, tokenHash: Self.token(), expiresAt: Self.later)
                async let changed = shop.accounts.changePassword(
                    user.id, from: checked, to: next, tokenHash: Self.token(), expiresAt: Self.later)
                _ = try await opened
                #expect(try await changed != nil)
                // The session of the new password, and no other.
                #expect(
                    try await shop.count(
                        "SELECT count(*) FROM session_families WHERE user_id = \(user.id) AND revoked_at IS NULL") == 1)
            }
        }
    }
}
