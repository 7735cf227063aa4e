import ConformanceWorker
import JobQueue
import TestSupport
import Testing

extension Measured {
    @Suite("A failed job comes back when the formula says, and forgets nothing")
    struct RetryTests {
        @Test(
            "21 · four failures, then success: delays by the published formula, with jitter, and all errors kept",
            .scenario(21))
        func delaysAndErrors() async throws {
            let count = Chaos.scale(150, full: 1000)
            try await Arena.with { arena in
                _ = try await arena.startWorker()
                let jobs = try await arena.enqueue(20, Act(.effect, failures: 4))
                // So few at a time that none waits for another.
                let load = try Load(arena, jobs: count, perSecond: 100, act: Act(.effect, failures: 1))
                let crowd = try await load.finish().subtracting(jobs)
                let history = try await arena.audit(crowd.union(jobs))
                let runs = Dictionary(grouping: history.runs, by: \.job)
                var lateness: [Int64] = []
                for id in crowd.union(jobs) {
                    let own = runs[id] ?? []
                    #expect(own.map(\.attempt) == Array(1...(jobs.contains(id) ? 5 : 2)))
                    for (failed, next) in zip(own, own.dropFirst()) {
                        let bounds = MainErrand.retry.delayBounds(after: failed.attempt)
                        let delay = next.start - (failed.finish ?? 0)
                        #expect(delay >= microseconds(bounds.lowerBound), "early")
                        lateness.append(delay - microseconds(bounds.upperBound))
                    }
                }
                let latest = try #require(lateness.percentile(99))
                if Chaos.isOn { #expect(latest < 100_000, "late") }
                for id in jobs {
                    let job = try #require(try await arena.job(id))
                    #expect(job.errors.map(\.attempt) == [1, 2, 3, 4])
                    #expect(
                        job.errors.allSatisfy { $0.code == "transient" && $0.message.contains("attempt \($0.attempt)") }
                    )
                }
                // Evenly drawn from 100…200 ms, so each quarter gets its share.
                let bounds = MainErrand.retry.delayBounds(after: 1)
                let (low, width) = (
                    microseconds(bounds.lowerBound), microseconds(bounds.upperBound) - microseconds(bounds.lowerBound)
                )
                let delays = crowd.compactMap { id in
                    runs[id].flatMap { $0.count == 2 ? $0[1].start - ($0[0].finish ?? 0) : nil }
                }
                let quarters = (0..<4).map { quarter in delays.count { ($0 - low) * 4 / width == quarter } }
                if Chaos.isOn { #expect(quarters.allSatisfy { $0 > count / 8 }, "\(quarters)") }
                #expect(Set(delays.map { $0 / 1000 }).count > 20, "jitter")
                ScenarioReport.did("20 jobs that fail four times and \(count) that fail once")
                ScenarioReport.figure(
                    "first delay",
                    "\(milliseconds(delays.min() ?? 0))–\(milliseconds(delays.max() ?? 0)), by quarters \(quarters)")
            }
        }

        private func microseconds(_ duration: Duration) -> Int64 { Int64(duration / .microseconds(1)) }
    }
}
