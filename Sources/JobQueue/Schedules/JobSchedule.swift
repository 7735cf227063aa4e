public import Foundation

/// A job enqueued at regular times. Each time is a *slot*, unique in the ledger, so that however many worker processes
/// run, and whatever their clocks say, one job is enqueued per slot. PostgreSQL's clock decides what is due.
///
///     JobSchedule("rates", every: .minutes(5)) { RefreshRates() }
///     JobSchedule("report", cron: "0 6 * * mon", timeZone: "Europe/Berlin", catchUp: .all(limit: 10)) { slot in
///         WeeklyReport(until: slot.time)
///     }
///
/// Slots from before a worker first ran the schedule do not fire, whatever ``CatchUp`` says, unless it starts with
/// ``Start/latestSlot``. A schedule whose times or whose time zone were changed counts as a new one; its slots keep the
/// name, so a slot that is in both the old and the new times fires once.
public struct JobSchedule: Sendable {
    /// With which slot a schedule begins that no worker has run before.
    public enum Start: Sendable, Hashable {
        /// With the first one to come.
        case nextSlot
        /// With the latest one, at once: for what a new shop cannot wait for. Not with ``CatchUp/none``, to which that
        /// slot is too old.
        case latestSlot
    }

    /// Stable name; begins the slot's key. No two schedules of a worker may have the same.
    public let name: String
    /// What becomes of missed slots.
    public let catchUp: CatchUp
    /// With which slot it begins.
    public let start: Start
    let times: SlotTimes
    let insertion: @Sendable (JobSlot) throws -> PendingJob

    /// Slots at the multiples of a time since 1970-01-01T00:00Z.
    ///
    /// - Parameters:
    ///   - name: stable; no two schedules of a worker may have the same.
    ///   - interval: whole seconds, at least one; anything else is a programming error.
    ///   - catchUp: what becomes of slots that were missed.
    ///   - start: with which slot it begins.
    ///   - job: makes the payload of a slot's job. Called on any task; its result may be dropped when another worker
    ///     was first.
    public init<Kind: Job>(
        _ name: String, every interval: Duration, catchUp: CatchUp = .latest, startingWith start: Start = .nextSlot,
        job: @escaping @Sendable (JobSlot) -> Kind
    ) {
        let (seconds, fraction) = interval.components
        // A constant in the source is wrong: the program must not start with it, in any kind of build.
        guard seconds >= 1, fraction == 0 else {
            fatalError("schedule \(name): every \(interval); expected whole seconds, at least one")
        }
        self.init(name, .every(seconds: Int(seconds)), catchUp, start, job)
    }

    /// Slots at the times of a cron expression in a time zone; see ``CronExpression`` for its form. On days on which
    /// the clock is changed a time that does not exist fires right after the gap, and one that comes twice fires the
    /// first time; an expression whose minutes or hours begin with `*` fires whenever the clock shows a matching time.
    ///
    /// - Parameters:
    ///   - name: stable; no two schedules of a worker may have the same.
    ///   - cron: the times of day and days.
    ///   - identifier: an identifier of Foundation's `TimeZone`; an unknown one is a programming error.
    ///   - catchUp: what becomes of slots that were missed.
    ///   - start: with which slot it begins.
    ///   - job: makes the payload of a slot's job. Called on any task; its result may be dropped when another worker
    ///     was first.
    public init<Kind: Job>(
        _ name: String, cron: CronExpression, timeZone identifier: String = "UTC", catchUp: CatchUp = .latest,
        startingWith start: Start = .nextSlot, job: @escaping @Sendable (JobSlot) -> Kind
    ) {
        // A constant in the source is wrong: the program must not start with it, in any kind of build.
        guard let zone = TimeZone(identifier: identifier) else {
            fatalError(
                "schedule \(name): there is no time zone \"\(identifier)\"; "
                    + "expected an identifier such as Europe/Berlin, or UTC"
            )
        }
        self.init(name, .cron(CronTimes(expression: cron, clock: ZoneClock(zone: zone))), catchUp, start, job)
    }

    private init<Kind: Job>(
        _ name: String, _ times: SlotTimes, _ catchUp: CatchUp, _ start: Start,
        _ job: @escaping @Sendable (JobSlot) -> Kind
    ) {
        // A constant in the source is wrong, and a schedule that silently does something else would be noticed too
        // late.
        if case .all(let limit) = catchUp, !(1...1000).contains(limit) {
            fatalError("schedule \(name): catches up with at most \(limit) slots; expected a limit from 1 to 1000")
        }
        self.name = name
        self.catchUp = catchUp
        self.start = start
        self.times = times
        self.insertion = { slot in try JobLedger.insertion(of: job(slot)) }
    }

    /// The first slot later than a time.
    public func nextSlot(after time: Date) -> JobSlot {
        slot(at: times.next(after: Int(time.timeIntervalSince1970.rounded(.down))))
    }

    func slot(at seconds: Int) -> JobSlot {
        JobSlot(schedule: name, time: Date(timeIntervalSince1970: Double(seconds)))
    }
}

// For jobs that are the same in every slot.
extension JobSchedule {
    /// Slots at the multiples of a time since 1970-01-01T00:00Z.
    public init<Kind: Job>(
        _ name: String, every interval: Duration, catchUp: CatchUp = .latest, startingWith start: Start = .nextSlot,
        job: @escaping @Sendable () -> Kind
    ) {
        self.init(name, every: interval, catchUp: catchUp, startingWith: start) { _ in job() }
    }

    /// Slots at the times of a cron expression in a time zone.
    public init<Kind: Job>(
        _ name: String, cron: CronExpression, timeZone identifier: String = "UTC", catchUp: CatchUp = .latest,
        startingWith start: Start = .nextSlot, job: @escaping @Sendable () -> Kind
    ) {
        self.init(name, cron: cron, timeZone: identifier, catchUp: catchUp, startingWith: start) { _ in job() }
    }
}

/// What becomes of the slots that a schedule missed while no worker ran, or none that could reach PostgreSQL.
public enum CatchUp: Sendable, Hashable {
    /// They are passed over. A slot fires within ``punctuality`` of its time or not at all.
    case none
    /// The latest of them fires.
    case latest
    /// The latest so many of them fire, oldest first; 1 to 1,000.
    case all(limit: Int)

    /// 10 s: a slot that fires so late was not missed. A worker that is restarted needs as long, or one that takes
    /// over.
    public static let punctuality: Duration = .seconds(10)
}

/// One fire time of a schedule, for which one job is enqueued.
public struct JobSlot: Sendable, Hashable {
    /// The schedule's name.
    public let schedule: String
    /// The time for which the job is enqueued; it may start later. A payload that must know its day or hour takes it
    /// from here.
    public let time: Date
}
