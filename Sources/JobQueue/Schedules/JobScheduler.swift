import Foundation
import Logging
import Postgres

/// Fires schedules: once a second it inserts the latest due slot of each, and enqueues its job when it was first.
///
/// PostgreSQL's clock decides what is due. Slots missed while no worker ran are not made up for, except the latest.
struct JobScheduler: Sendable {
    let database: PostgresPool
    let dispatcher: JobDispatcher
    let schedules: [JobSchedule]
    let logger: Logger

    func run() async {
        var due = Dictionary(uniqueKeysWithValues: schedules.map { ($0.name, ContinuousClock.now) })
        while !Task.isCancelled {
            for schedule in schedules where due[schedule.name].map({ $0 <= .now }) ?? true {
                do {
                    let untilNext = try await fire(schedule)
                    due[schedule.name] = .now + untilNext
                } catch {
                    logger.warning("could not fire a schedule", metadata: ["schedule": "\(schedule.name)", "error": "\(error)"])
                }
            }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// Inserts the latest slot; returns the time until the next.
    func fire(_ schedule: JobSchedule) async throws -> Duration {
        let job = try schedule.insertion()
        let (fired, wait) = try await database.transaction { tx in
            let slot = try tx.query(
                """
                WITH slot AS (
                    SELECT to_timestamp(floor(extract(epoch FROM now()) / \(schedule.seconds)::bigint) * \(schedule.seconds)::bigint) AS fire_at
                ), fired AS (
                    INSERT INTO job_schedule_slots (schedule, fire_at, job_id)
                    SELECT \(schedule.name), fire_at, \(job.id) FROM slot
                    ON CONFLICT DO NOTHING
                    RETURNING 1
                )
                SELECT EXISTS (SELECT FROM fired) AS fired,
                       ceil(extract(epoch FROM fire_at - now()) * 1000)::bigint + \(schedule.seconds)::bigint * 1000 AS wait_ms
                  FROM slot
                """)[0]
            let fired: Bool = try slot["fired"]
            if fired { try tx.execute(job.statement) }
            return (fired, Duration.milliseconds(try slot["wait_ms"] as Int64))
        }
        if fired { await dispatcher.push([job]) }
        return wait
    }
}
