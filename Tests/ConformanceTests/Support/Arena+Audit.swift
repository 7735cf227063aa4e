import ConformanceWorker
import JobQueue
import Postgres
import Testing

extension Arena {
    /// Counts what became of jobs, and expects that none is lost, none took effect twice, and none ran twice at once.
    ///
    /// - Parameters:
    ///   - jobs: every job that was taken, each to end as done.
    ///   - effects: whether they write effects; then those are counted, because a run whose process died may have ended
    ///     without its effect or, after its commit, without its line.
    ///   - stale: processes that stood still or were cut off past their lease: their runs may overlap with those of the
    ///     one that took over.
    @discardableResult
    func audit(
        _ jobs: some Collection<JobID>, effects countsEffects: Bool = true, stale: Set<Int32> = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> RunHistory {
        let jobs = Set(jobs)
        let history = try history()
        let effects = countsEffects ? try await effects() : [:]
        let ended = countsEffects ? Set(effects.keys) : history.ended
        let lost = jobs.subtracting(ended)
        let doubled = (countsEffects ? Set(effects.filter { $0.value > 1 }.keys) : history.endedTwice).intersection(
            jobs)
        let overlapping = history.overlapping(ignoring: stale).intersection(jobs)
        ScenarioReport.count(
            jobs: jobs.count, runs: history.runs.count { jobs.contains($0.job) }, lost: lost.count,
            doubled: doubled.count,
            overlapping: overlapping.count)
        #expect(lost.isEmpty, "lost", sourceLocation: sourceLocation)
        #expect(doubled.isEmpty, "took effect twice", sourceLocation: sourceLocation)
        #expect(overlapping.isEmpty, "ran twice at once", sourceLocation: sourceLocation)
        if countsEffects {
            let strangers: Int = try await database.query(
                "SELECT count(*) AS effects FROM effects WHERE job NOT IN (SELECT id FROM jobs)")[
                    0]["effects"]
            #expect(strangers == 0, "an effect of a job that was never committed", sourceLocation: sourceLocation)
        }
        #expect(history.unreadable == 0, sourceLocation: sourceLocation)
        return history
    }
}
