import Domain
import Foundation
import JobQueue
import Postgres
import Storage
import TestSupport
import Testing

@testable import CLI

@Suite(
    "Operators send emails again from the command line", .serialized,
    .database(migrations: [try JobQueueMigrations.set(), try ShopMigrations.set()]))
struct EmailCommandTests {
    private func email(_ status: String, fault: String? = nil) async throws -> String {
        let (id, order) = (EmailDelivery.ID(), Order.ID())
        let database = try TestDatabase.current.pool
        try await database.execute(
            """
            WITH token AS (SELECT sha256(convert_to(\(id.description), 'UTF8')) AS hash),
                 cart AS (INSERT INTO carts (id, guest_token_hash) SELECT gen_random_uuid(), hash FROM token
                          RETURNING id)
            INSERT INTO orders (id, cart_id, guest_token_hash, status, currency, subtotal, total)
            SELECT \(order), cart.id, hash, 'canceled', 'USD', 100, 100 FROM cart, token
            """)
        try await database.execute(
            """
            INSERT INTO email_deliveries (id, order_id, kind, status, attempt, reason, fault)
            VALUES (\(id), \(order), 'order_confirmation', \(status), 3, 'answered 550 to the recipient', \(fault))
            """)
        return id.description
    }

    @Test("an operator lists emails and resends one or all, on record")
    func listsAndResendsOneOrAllOnRecord()
        async throws
    {
        let program = try Program.forCurrentDatabase()
        #expect(try await program.run("emails").output.contains("No email waits for an operator."))
        let failed = try await email("failed", fault: "email")
        let refused = try await email("pending", fault: "shop")
        let list = try await program.run("emails")
        #expect(
            list.status == .code(0) && list.output.contains(failed) && list.output.contains(refused)
                && list.output.contains("refused"))
        #expect(try await !program.run("emails", "--status", "failed").output.contains(refused))
        let doctor = try await program.run("doctor").output
        #expect(
            doctor.contains("emails.failed: 1 email not sent")
                && doctor.contains("emails.refused: 1 email cannot be sent"))

        #expect(try await program.run("emails", "resend").status == .code(64))
        #expect(try await program.run("emails", "resend", failed).status == .code(0))
        #expect(try await program.run("emails", "resend", "--all").output.contains("1 email will be sent again"))
        #expect(try await program.run("emails", "resend", "--all").output.contains("There are none."))
        let unknown = try await email("unknown")
        let refusal = try await program.run("emails", "resend", unknown)
        #expect(refusal.status == .code(1) && refusal.output.contains("emails resolve"))
        let log = try await TestDatabase.current.pool.query(
            "SELECT action FROM audit_log WHERE actor_kind = 'system' AND subject_kind = 'email' ORDER BY id")
        #expect(try log.map { try $0["action"] as String } == ["email.resent", "emails.resent"])
        let jobs = try await TestDatabase.current.pool.query("SELECT 1 FROM jobs WHERE name = 'email.send'")
        #expect(jobs.count == 2)
    }
}
