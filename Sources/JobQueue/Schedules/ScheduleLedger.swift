import Foundation
import Postgres

/// What PostgreSQL knows of schedules, and its clock.
struct ScheduleLedger: Sendable {
    let database: PostgresPool

    /// PostgreSQL's clock at one moment, and up to when each schedule is settled; one that no worker has run is absent.
    struct Reading: Sendable {
        let now: Date
        let settled: [String: Date]
    }

    func read(_ schedules: [JobSchedule]) async throws -> Reading {
        let rows = try await database.query(
            """
            WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS now)
            SELECT clock.now, known.schedule, seen.settled_until
              FROM clock
             CROSS JOIN unnest(\(schedules.map(\.name))::text[], \(schedules.map(\.times.description))::text[])
                AS known (schedule, times)
              LEFT JOIN job_schedules AS seen USING (schedule, times)
            """)
        var settled: [String: Date] = [:]
        for row in rows { settled[try row["schedule"]] = try row["settled_until"] as Date? }
        return Reading(now: try rows[0]["now"], settled: settled)
    }

    /// Notes a schedule that is new here, unless another worker has done so.
    func register(_ schedule: JobSchedule, settledUntil: Date) async throws {
        try await database.execute(
            """
            INSERT INTO job_schedules (schedule, times, settled_until)
            VALUES (\(schedule.name), \(schedule.times.description), \(settledUntil))
            ON CONFLICT DO NOTHING
            """)
    }

    /// Brings a schedule back that is settled up to a time still to come, because PostgreSQL's clock was set back.
    /// Slots that have fired are not forgotten by this: they have their rows.
    func bringBack(_ schedule: JobSchedule, from settled: Date, to now: Date) async throws {
        try await database.execute(
            """
            UPDATE job_schedules
               SET settled_until = \(now)
             WHERE schedule = \(schedule.name) AND times = \(schedule.times.description) AND settled_until = \(settled)
            """)
    }

    /// Fires slots and settles the schedule up to `due.settled`, in one transaction.
    ///
    /// - Parameter settled: what ``read(_:)`` told. When it is no longer so, another worker was first.
    /// - Returns: the jobs to push; nil when another worker was first.
    func fire(_ due: DueSlots, of schedule: JobSchedule, settled: Date) async throws -> [PendingJob]? {
        let slots = due.firing.map(schedule.slot)
        let jobs = try slots.map(schedule.insertion)
        return try await database.transaction { tx in
            let moved = try tx.execute(
                """
                UPDATE job_schedules
                   SET settled_until = \(Date(timeIntervalSince1970: Double(due.settled)))
                 WHERE schedule = \(schedule.name) AND times = \(schedule.times.description)
                   AND settled_until = \(settled)
                """)
            guard moved == 1 else { return nil }
            // A slot may have its row already: from the schedule's former times, or from before the server's clock was
            // set back.
            let fired: Set<JobID> = Set(
                try tx.query(
                    """
                    INSERT INTO job_schedule_slots (schedule, fire_at, job_id)
                    SELECT \(schedule.name), slot.fire_at, slot.job_id
                      FROM unnest(\(slots.map(\.time))::timestamptz[], \(jobs.map(\.id))::uuid[])
                        AS slot (fire_at, job_id)
                    ON CONFLICT DO NOTHING
                    RETURNING job_id
                    """
                ).map { try $0["job_id"] })
            let inserted = jobs.filter { fired.contains($0.id) }
            try tx.execute(inserted.map(\.statement))
            return inserted
        }
    }
}
