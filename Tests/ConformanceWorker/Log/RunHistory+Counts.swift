package import JobQueue

/// What is counted.
extension RunHistory {
    package func runs(of job: JobID) -> [Run] {
        runs.filter { $0.job == job }
    }

    /// Jobs that have run to their end at least once.
    package var ended: Set<JobID> {
        Set(runs.lazy.filter { $0.outcome == .end }.map(\.job))
    }

    /// Jobs that have run to their end more than once.
    package var endedTwice: Set<JobID> {
        var once: Set<JobID> = []
        var twice: Set<JobID> = []
        for run in runs where run.outcome == .end && !once.insert(run.job).inserted { twice.insert(run.job) }
        return twice
    }

    /// Jobs that ran twice at the same time.
    ///
    /// - Parameter ignoring: processes whose runs do not count: a process that stood still past its lease does overlap
    ///   with the one that took over, until it notices; what it does then is refused.
    package func overlapping(ignoring: Set<Int32> = []) -> Set<JobID> {
        var latest: [JobID: Run] = [:]
        var found: Set<JobID> = []
        for run in runs where !ignoring.contains(run.process) {
            guard let former = latest[run.job] else {
                latest[run.job] = run
                continue
            }
            if former.overlaps(run) { found.insert(run.job) }
            // The one that lasts longer is the one that a third could meet.
            if run.finish ?? .max >= former.finish ?? .max { latest[run.job] = run }
        }
        return found
    }

    /// For each death, the microseconds until each job that it interrupted started again. A job that never did is
    /// missing.
    package func restarts() -> [Int64] {
        var next: [JobID: [Run]] = [:]
        for run in runs { next[run.job, default: []].append(run) }
        return runs.filter { $0.outcome == .killed }.compactMap { victim in
            guard let death = victim.finish, let again = next[victim.job]?.first(where: { $0.start > victim.start })
            else { return nil }
            return again.start - death
        }
    }

    /// Microseconds between when a job was due and when it first started; negative means early. `due` is in monotonic
    /// microseconds.
    package func lateness(due: [JobID: Int64]) -> [Int64] {
        var first: [JobID: Int64] = [:]
        for run in runs where first[run.job] == nil { first[run.job] = run.start }
        return due.compactMap { job, due in first[job].map { $0 - due } }
    }
}

extension Collection where Element: Comparable {
    /// The value that so many of a hundred do not exceed (nearest rank); nil when there are none.
    package func percentile(_ percent: Double) -> Element? {
        let sorted = self.sorted()
        guard !sorted.isEmpty else { return nil }
        return sorted[
            Swift.min(sorted.count - 1, Swift.max(0, Int((percent / 100 * Double(sorted.count)).rounded(.up)) - 1))]
    }
}

extension RunHistory {
    /// Runs that ended well between two moments, per second. Moments are monotonic microseconds.
    package func endsPerSecond(from: Int64, to: Int64) -> Double {
        let count = runs.count { $0.outcome == .end && $0.finish.map { from <= $0 && $0 < to } ?? false }
        return Double(count) / (Double(to - from) / 1_000_000)
    }
}
