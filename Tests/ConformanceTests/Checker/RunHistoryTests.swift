import ConformanceWorker
import Foundation
import JobQueue
import Testing

@Suite("The checker sees what is lost, doubled, overlapping, early and late")
struct RunHistoryTests {
    private let job = JobID.new()
    private let other = JobID.new()

    private func event(_ kind: RunEvent.Kind, _ job: JobID? = nil, epoch: Int64 = 1, process: Int32 = 1, at: Int64)
        -> RunEvent
    {
        RunEvent(kind, job: job, attempt: 1, crashes: 0, epoch: epoch, process: process, at: at, wall: at + 1_000_000)
    }

    @Test("a line is read as it was written")
    func aLineIsReadAsItWasWritten() throws {
        let written = RunEvent(
            .fenced, job: job, attempt: 2, crashes: 1, epoch: 1_763_962_000_123_456, process: 4711, at: 83_000_123,
            wall: 1_763_962_000_125_001)
        #expect(RunEvent(line: written.line.dropLast().utf8) == written)
        let ofProcess = event(.killed, at: 5)
        #expect(RunEvent(line: ofProcess.line.dropLast().utf8) == ofProcess)
    }

    @Test(
        "a broken line is counted",
        arguments: [
            "", "start", "start x 1 0 1 1 1 1", "begin - 1 0 1 1 1 1", "start - 1 0 1 1 1", "start - one 0 1 1 1 1",
        ])
    func whatIsNoLineIsCounted(_ text: String) {
        #expect(RunEvent(line: text.utf8) == nil)
        #expect(
            RunHistory(bytes: Data((text + "\n" + event(.start, job, at: 1).line).utf8)).unreadable
                == (text.isEmpty ? 0 : 1))
    }

    @Test("a run of each ending is closed by its own line")
    func closingLines() {
        for ending in [RunEvent.Kind.end, .failed, .fenced, .cancelled] {
            let history = RunHistory([
                event(.start, job, at: 1), event(.start, other, epoch: 2, at: 2), event(ending, job, at: 3),
            ])
            #expect(history.runs.map(\.finish) == [3, nil])
            #expect(history.runs.map(\.outcome) == [ending, nil])
            #expect(history.ended == (ending == .end ? [job] : []))
        }
    }

    @Test("a job that ends twice is doubled")
    func aJobThatEndsTwiceIsDoubled() {
        let events = [
            event(.start, job, at: 1), event(.end, job, at: 2), event(.start, job, epoch: 2, at: 3),
            event(.end, job, epoch: 2, at: 4),
            event(.start, other, at: 1), event(.failed, other, at: 2), event(.start, other, epoch: 2, at: 3),
            event(.end, other, epoch: 2, at: 4),
        ]
        #expect(RunHistory(events).endedTwice == [job])
    }

    @Test("only concurrent runs overlap")
    func overlappingRuns() {
        let following = [
            event(.start, job, at: 1), event(.end, job, at: 3), event(.start, job, epoch: 2, process: 2, at: 3),
            event(.end, job, epoch: 2, process: 2, at: 5),
        ]
        #expect(RunHistory(following).overlapping().isEmpty)
        let crossing = [
            event(.start, job, at: 1), event(.start, job, epoch: 2, process: 2, at: 2), event(.end, job, at: 3),
            event(.end, job, epoch: 2, process: 2, at: 5),
        ]
        #expect(RunHistory(crossing).overlapping() == [job])
        #expect(RunHistory(crossing).overlapping(ignoring: [1]).isEmpty)
        let open = [event(.start, job, at: 1), event(.start, job, epoch: 2, process: 2, at: 9)]
        #expect(RunHistory(open).overlapping() == [job])
        // The first lasts beyond the second and meets only the third.
        let nested = [
            event(.start, job, at: 1), event(.start, other, at: 1), event(.end, other, at: 2),
            event(.start, job, epoch: 2, process: 2, at: 2), event(.end, job, epoch: 2, process: 2, at: 3),
            event(.start, job, epoch: 3, process: 3, at: 4), event(.end, job, epoch: 3, process: 3, at: 5),
            event(.end, job, at: 9),
        ]
        #expect(RunHistory(nested).overlapping(ignoring: [2]) == [job])
    }

    @Test("a killed process ends its own runs only")
    func aKilledProcessEndsItsOwnRunsOnly() {
        let events = [
            event(.start, job, process: 1, at: 1), event(.start, other, process: 2, at: 2),
            event(.killed, process: 1, at: 4),
            event(.start, job, epoch: 5, process: 2, at: 13), event(.end, job, epoch: 5, process: 2, at: 15),
            event(.end, other, process: 2, at: 16),
        ]
        let history = RunHistory(events.shuffled())
        #expect(history.overlapping().isEmpty)
        #expect(history.runs.map(\.outcome) == [.killed, .end, .end])
        #expect(history.restarts() == [9])
        #expect(history.deaths.map(\.at) == [4])
    }

    @Test("lateness counts from when the first run was due")
    func lateness() {
        let events = [event(.start, job, at: 10), event(.start, job, epoch: 2, at: 90), event(.start, other, at: 4)]
        #expect(RunHistory(events).lateness(due: [job: 7, other: 5, .new(): 1]).sorted() == [-1, 3])
    }

    @Test("percentiles are nearest rank")
    func percentilesAreNearestRank() {
        #expect((1...100).percentile(99) == 99)
        #expect((1...100).percentile(100) == 100)
        #expect([5, 1, 3].percentile(50) == 3)
        #expect([7].percentile(0) == 7)
        #expect([Int]().percentile(99) == nil)
    }
}
