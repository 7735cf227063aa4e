import Domain
import FoundationEssentials
import Postgres
import Storage
import Testing

@Suite("Housekeeping takes what is over and nothing else")
struct HousekeepingTests {
    @Test("idempotency keys are forgotten when their time is up")
    func idempotencyKeys() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let guest = CartOwner.newGuest()
            let old = try shop.express(pen, key: "old", guest: guest)
            let recent = try shop.express(pen, key: "recent", guest: guest)
            _ = try await shop.place(old)
            _ = try await shop.place(recent)
            try await shop.database.execute(
                "UPDATE idempotency_keys SET created_at = now() - interval '73 hours' WHERE key = 'old'")
            #expect(try await shop.orders.purgeIdempotencyKeys() == 1)
            guard case .replayed = try await shop.orders.place(recent) else {
                Issue.record("a recent key was forgotten")
                return
            }
            _ = try await shop.place(old)
        }
    }

    @Test("what is old goes in several statements, and nothing else goes with it", arguments: [1, 3, 7, 100])
    func batches(size: Int) async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            _ = try await shop.place(shop.express(pen, key: "recent"))
            try await shop.database.execute(
                """
                INSERT INTO idempotency_keys (scope, key, fingerprint, order_id, created_at)
                SELECT 'guest', n::text, '\\x07', gen_random_uuid(), now() - interval '73 hours'
                    FROM generate_series(1, 7) AS n
                """)
            #expect(try await shop.orders.purgeIdempotencyKeys(batch: size) == 7)
            #expect(try await shop.count("SELECT count(*) FROM idempotency_keys") == 1)
            let user = try await shop.accounts.register(
                email: EmailAddress("ada@example.com"), passwordHash: "hash", name: "Ada")
            for day in 31...37 {
                try await shop.accounts.openSession(
                    for: user.id, tokenHash: Array(repeating: UInt8(day), count: 32),
                    expiresAt: Date(timeIntervalSinceNow: -Double(day) * 86_400))
            }
            try await shop.accounts.openSession(
                for: user.id, tokenHash: Array(repeating: 1, count: 32), expiresAt: Date(timeIntervalSinceNow: 60))
            try await shop.database.execute("UPDATE session_families SET created_at = now() - interval '40 days'")
            #expect(try await shop.accounts.purgeSessions(batch: size) == 7)
            #expect(try await shop.count("SELECT count(*) FROM session_families") == 1)
        }
    }

    @Test("sessions are forgotten when their last token has long been over")
    func sessions() async throws {
        try await Shop.with { shop in
            let user = try await shop.accounts.register(
                email: EmailAddress("ada@example.com"), passwordHash: "hash", name: "Ada")
            let live = Array(repeating: UInt8(1), count: 32)
            try await shop.accounts.openSession(
                for: user.id, tokenHash: Array(repeating: 2, count: 32),
                expiresAt: Date(timeIntervalSinceNow: -31 * 86_400))
            try await shop.accounts.openSession(
                for: user.id, tokenHash: live, expiresAt: Date(timeIntervalSinceNow: 60))
            try await shop.database.execute("UPDATE session_families SET created_at = now() - interval '40 days'")
            #expect(try await shop.accounts.purgeSessions() == 1)
            let next = Array(repeating: UInt8(3), count: 32)
            #expect(
                try await shop.accounts.rotate(live, to: next, expiresAt: Date(timeIntervalSinceNow: 60))
                    == .rotated(user))
        }
    }

    @Test("a cart that is locked for nothing opens; one that is being paid stays locked")
    func staleCarts() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let stale = CartOwner.newGuest()
            let paying = CartOwner.newGuest()
            for owner in [stale, paying] { _ = try await shop.carts.add(.one, of: pen.id, for: owner) }
            _ = try await shop.place(shop.checkout(of: paying, key: "a"))
            try await shop.database.execute(
                "UPDATE carts SET status = 'converting', locked_at = now() - interval '1 hour'")
            #expect(try await shop.carts.cart(of: stale)?.status == .converting)
            #expect(try await shop.reservations.reopenStaleCarts() == 1)
            #expect(try await shop.carts.cart(of: stale)?.status == .open)
            #expect(try await shop.carts.cart(of: paying)?.status == .converting)
        }
    }
}
