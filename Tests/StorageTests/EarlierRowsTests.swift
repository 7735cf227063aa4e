import JobQueue
import Postgres
import Storage
import TestSupport
import Testing

@Suite("What an earlier version has stored is read under the words of this one", .timeLimit(.minutes(1)))
struct EarlierRowsTests {
    private static let before = [
        """
        INSERT INTO carts (id, guest_token_hash)
        VALUES ('00000000-0000-7000-8000-000000000001', decode(repeat('07', 32), 'hex'))
        """,
        """
        INSERT INTO orders (id, cart_id, currency, subtotal, total, status, guest_token_hash, fulfilment_status)
        VALUES ('00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000001', 'USD', 5, 5,
                'cancelled', decode(repeat('07', 32), 'hex'), 'fulfilled')
        """,
        """
        INSERT INTO order_events (order_id, kind, status, reason) VALUES
            ('00000000-0000-7000-8000-000000000002', 'accepted', 'pending', NULL),
            ('00000000-0000-7000-8000-000000000002', 'mail_sent', 'pending', 'cancellation'),
            ('00000000-0000-7000-8000-000000000002', 'mail_bounced', 'pending', NULL),
            ('00000000-0000-7000-8000-000000000002', 'cancelled', 'cancelled', 'order_cancelled')
        """,
        """
        INSERT INTO payments (id, order_id, seq, amount, captured_amount, currency, method)
        VALUES ('00000000-0000-7000-8000-000000000003', '00000000-0000-7000-8000-000000000002', 1, 5, 5, 'USD', 'card')
        """,
        """
        INSERT INTO refunds (id, order_id, payment_id, amount, currency, reason, requested_by, request_key)
        VALUES ('00000000-0000-7000-8000-000000000004', '00000000-0000-7000-8000-000000000002',
                '00000000-0000-7000-8000-000000000003', 5, 'USD', 'order_cancelled', 'system:worker',
                'order_cancelled')
        """,
        """
        INSERT INTO email_deliveries (id, order_id, kind, status, fault)
        VALUES ('00000000-0000-7000-8000-000000000005', '00000000-0000-7000-8000-000000000002', 'cancellation',
                'failed', 'mail')
        """,
        """
        INSERT INTO reconciliation_breaks (id, kind, object, provider_id, reason, status, healed_at)
        VALUES ('00000000-0000-7000-8000-000000000006', 'ahead', 'intent', 'pi_1', 'It was paid.', 'healed', now())
        """,
    ]

    @Test("cancelled orders, their events and refunds, faults of emails and healed breaks")
    func words() async throws {
        let shop = try ShopMigrations.set()
        let words = try #require(shop.migrations.firstIndex { $0.name == "words" })
        let old = try MigrationSet(name: shop.name, migrations: Array(shop.migrations[..<words]))
        try await TestDatabase.with(migrations: [try JobQueueMigrations.set(), old]) { database in
            for statement in Self.before { try await database.pool.execute(SQL(statement, [])) }
            _ = try await Migrator(sets: [shop]).migrate(database.pool)
            func first(_ statement: SQL) async throws -> [String?] {
                let rows = try await database.pool.query(statement)
                return try rows.map { try $0[0] }
            }
            #expect(try await first("SELECT status || ' ' || fulfillment_status FROM orders") == ["canceled fulfilled"])
            #expect(
                try await first("SELECT kind FROM order_events ORDER BY sequence")
                    == ["accepted", "email_sent", "email_bounced", "canceled"])
            #expect(
                try await first("SELECT status || coalesce(' ' || reason, '') FROM order_events ORDER BY sequence")
                    == ["pending", "pending cancellation", "pending", "canceled order_canceled"])
            #expect(
                try await first("SELECT reason || ' ' || request_key FROM refunds") == ["order_canceled order_canceled"]
            )
            #expect(try await first("SELECT fault FROM email_deliveries") == ["email"])
            #expect(
                try await first("SELECT status || ' ' || (closed_at IS NOT NULL) FROM reconciliation_breaks")
                    == ["closed true"])
            // The table of transitions guards the rows again.
            await #expect(throws: PostgresError.self) {
                try await database.pool.execute("UPDATE orders SET status = 'pending'")
            }
        }
    }
}
