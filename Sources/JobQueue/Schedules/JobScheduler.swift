import Foundation
import Logging
import Postgres

/// Fires schedules: sleeps until the next slot by PostgreSQL's clock, inserts it, and enqueues its job when it was
/// first.
///
/// Every worker process runs one, and none leads. The row in `job_schedules` moves on from what was read to what is
/// settled now in the transaction that inserts slots and jobs, so the first to commit has fired, and a process that
/// dies before its commit has not.
/// The process's own clock decides nothing: it only measures how long to sleep.
struct JobScheduler: Sendable {
    /// PostgreSQL's clock is read again after so long at the latest. Clocks drift apart by less than 1 in 1,000, and
    /// are corrected.
    static let longestSleep: Duration = .seconds(30)
    /// How long to wait after a failure.
    static let pause: Duration = .seconds(1)
    /// For how far back a new schedule's latest slot is looked for: 29 February is up to eight years away from the
    /// next.
    private static let farBack = 9 * 366 * 86_400

    let ledger: ScheduleLedger
    let dispatcher: JobDispatcher
    let schedules: [JobSchedule]
    let logger: Logger

    /// Two schedules of the same name are a programming error that ends the process in every kind of build: they would
    /// share slots, and one of them would hardly ever fire.
    init(database: PostgresPool, dispatcher: JobDispatcher, schedules: [JobSchedule], logger: Logger) {
        var names: Set<String> = []
        for schedule in schedules where !names.insert(schedule.name).inserted {
            // Names are constants of the source; started with two equal ones, the program would lose slots silently.
            fatalError("two schedules are named \"\(schedule.name)\"; expected a name of its own for each")
        }
        self.ledger = ScheduleLedger(database: database)
        self.dispatcher = dispatcher
        self.schedules = schedules
        self.logger = logger
    }

    func run() async {
        guard !schedules.isEmpty else { return }
        while !Task.isCancelled {
            let wait = await tick()
            try? await Task.sleep(for: wait, tolerance: .zero)
        }
    }

    /// Fires what is due; returns how long nothing more will be.
    func tick() async -> Duration {
        let reading: ScheduleLedger.Reading
        do {
            reading = try await ledger.read(schedules)
        } catch {
            if !Task.isCancelled { logger.warning("could not look for due schedules", metadata: ["error": "\(error)"]) }
            return Self.pause
        }
        // Taken after the answer, when PostgreSQL's clock is at least as far as it said: no slot is looked for before
        // its time.
        let readAt = ContinuousClock.now
        var wait = Self.longestSleep
        for schedule in schedules {
            wait = min(wait, await attend(to: schedule, reading))
        }
        return max(.zero, wait - (ContinuousClock.now - readAt))
    }

    /// Fires what is due of one schedule; returns the time from the reading to when it wants to be looked at again.
    private func attend(to schedule: JobSchedule, _ reading: ScheduleLedger.Reading) async -> Duration {
        let now = reading.now.timeIntervalSince1970
        let second = Int(now.rounded(.down))
        do {
            guard let settled = reading.settled[schedule.name] else {
                try await ledger.register(schedule, settledUntil: beginning(of: schedule, reading))
                return .zero
            }
            guard settled <= reading.now else {
                logger.warning(
                    "PostgreSQL's clock was set back",
                    metadata: ["schedule": "\(schedule.name)", "settled_until": "\(settled)"])
                try await ledger.bringBack(schedule, from: settled, to: reading.now)
                return .zero
            }
            if let due = DueSlots(
                schedule.times, schedule.catchUp, settled: Int(settled.timeIntervalSince1970.rounded(.down)),
                now: second)
            {
                guard let jobs = try await ledger.fire(due, of: schedule, settled: settled) else { return .zero }
                report(due, of: schedule, jobs: jobs.count)
                await dispatcher.push(jobs)
            }
            return .seconds(Double(schedule.times.next(after: second)) - now)
        } catch {
            if !Task.isCancelled {
                logger.error(
                    "could not fire a schedule", metadata: ["schedule": "\(schedule.name)", "error": "\(error)"])
            }
            return Self.pause
        }
    }

    /// Up to where a new schedule counts as settled.
    private func beginning(of schedule: JobSchedule, _ reading: ScheduleLedger.Reading) -> Date {
        let second = Int(reading.now.timeIntervalSince1970.rounded(.down))
        switch schedule.start {
        case .nextSlot: return reading.now
        case .latestSlot:
            guard let latest = schedule.times.last(after: second - Self.farBack, upTo: second) else {
                return reading.now
            }
            return Date(timeIntervalSince1970: Double(latest - 1))
        }
    }

    private func report(_ due: DueSlots, of schedule: JobSchedule, jobs: Int) {
        guard let first = due.firstPassedOver else { return }
        logger.notice(
            "a schedule has missed slots; its catch-up policy passes over some of them",
            metadata: [
                "schedule": "\(schedule.name)", "policy": "\(schedule.catchUp)",
                "first_passed_over": "\(schedule.slot(at: first).time)",
                "fired": "\(jobs)",
            ])
    }
}
