import Foundation
import TestSupport
import Testing

@testable import JobQueue

@Suite("Progress is written at most once a second, and by the living attempt alone")
struct ProgressTests {
    private let start = ContinuousClock.now

    @Test("the first report is written and later ones are held back")
    func firstReportIsWritten() {
        var throttle = ProgressThrottle()
        #expect(throttle.report(JobProgress(0.1), at: start) == .write(JobProgress(0.1)))
        #expect(throttle.report(JobProgress(0.2), at: start + .milliseconds(10)) == .hold(until: start + .seconds(1)))
        #expect(throttle.report(JobProgress(0.3), at: start + .milliseconds(999)) == .nothing)
        #expect(throttle.take(at: start + .seconds(1)) == JobProgress(0.3))
        #expect(throttle.take(at: start + .seconds(1)) == nil)
        // The held one was written at 1 s, so the next may follow at 2 s.
        #expect(throttle.report(JobProgress(0.4), at: start + .milliseconds(1500)) == .hold(until: start + .seconds(2)))
        #expect(throttle.report(JobProgress(0.5), at: start + .seconds(2)) == .write(JobProgress(0.5)))
        #expect(
            throttle.take(at: start + .seconds(3)) == nil, "the newer one has been written; the held one is out of date"
        )
    }

    @Test("a fraction lies between none and all")
    func aFractionLiesBetweenNoneAndAll() {
        #expect(JobProgress(-1).fraction == 0)
        #expect(JobProgress(1.5).fraction == 1)
        #expect(JobProgress(.nan).fraction == 0)
        #expect(JobProgress(0.5, String(repeating: "x", count: 500)).message?.count == JobProgress.messageLength)
        #expect(JobProgress(0.5, "a\0b").message == "a\u{FFFD}b")
    }

    @Test("progress is shown, fenced, and gone with the next attempt")
    func shownAndFenced() async throws {
        try await Engine.with { engine in
            let id = try await engine.enqueue(Task1())
            let ledger = engine.ledger
            #expect(try await ledger.recordProgress(JobProgress(0.5), job: id, epoch: 0) == false, "it does not run")
            _ = try await ledger.start([StartRequest(id: id, epoch: 10, superseded: [])], process: .new())
            #expect(try await ledger.recordProgress(JobProgress(0.5, "half"), job: id, epoch: 10))
            #expect(try await ledger.recordProgress(JobProgress(0.9, "stale"), job: id, epoch: 9) == false)
            let progress = try #require(try await engine.job(id)?.progress)
            #expect(progress.fraction == 0.5)
            #expect(progress.message == "half")
            #expect(abs(progress.at.timeIntervalSinceNow) < 60)
            try await ledger.release([(id: id, epoch: 10)])
            _ = try await ledger.start([StartRequest(id: id, epoch: 11, superseded: [])], process: .new())
            #expect(try await engine.job(id)?.progress == nil)
        }
    }
}
