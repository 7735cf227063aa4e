import Foundation
import Postgres
import TestSupport
import Testing

@testable import JobQueue

@Suite("A scheduler that ends at the tick neither loses its slot nor fires it twice")
struct SchedulerDeathTests {
    private static let schedule = JobSchedule("minutely", every: .seconds(60)) { Task1() }

    /// Brings two schedulers to the tick and holds the first inside its transaction, after it has moved the schedule on
    /// and before it has inserted the slot; then does what `body` says, lets go of the lock, and expects one slot with
    /// one job.
    private func atTheTick(
        _ body: (_ server: ClockedDatabase, _ victim: Task<Duration, Never>) async throws -> Void
    ) async throws {
        try await ClockedDatabase.with { server in
            try await server.withScheduler([Self.schedule], named: "victim") { first in
                try await server.withScheduler([Self.schedule], named: "heir") { second in
                    try await server.set("2026-05-04T12:00:30Z")
                    await server.settle(first)
                    try await server.set("2026-05-04T12:01:00Z")
                    let (victim, heir) = try await server.withSlotsLocked {
                        let victim = Task { await first.tick() }
                        try await waitForLock("victim", server)
                        let heir = Task { await server.settle(second) }
                        try await waitForLock("heir", server)
                        try await body(server, victim)
                        return (victim, heir)
                    }
                    _ = await victim.value
                    await heir.value
                    await server.settle(second)
                    #expect(try await server.slots(of: "minutely") == ["2026-05-04T12:01:00Z"])
                    #expect(try await server.jobs() == 1)
                }
            }
        }
    }

    private func waitForLock(_ name: String, _ server: ClockedDatabase) async throws {
        try await eventually("\(name) waits for a lock") {
            try await server.engine.database.query(
                """
                SELECT EXISTS (SELECT FROM pg_stat_activity
                                WHERE datname = current_database() AND application_name = \(name)
                                    AND wait_event_type = 'Lock')
                """)[0][0]
        }
    }

    @Test("its connection is ended in the middle of the transaction: the other one fires")
    func killed() async throws {
        try await atTheTick { server, victim in
            try await server.engine.database.execute(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND application_name = 'victim' AND wait_event_type = 'Lock'
                """)
            _ = await victim.value
            // While the table is locked, the other one has not fired either.
            #expect(try await server.jobs() == 0)
        }
    }

    @Test("it is cancelled in the middle of the transaction: it finishes that, and the other one finds it fired")
    func cancelled() async throws {
        try await atTheTick { _, victim in victim.cancel() }
    }

    @Test("none of them ends: one fires")
    func both() async throws {
        try await atTheTick { _, _ in }
    }
}
