import ConformanceWorker
import Foundation
import Synchronization
import TestSupport

/// What a scenario did and counted: a row of the table that `make test-chaos` prints.
final class ScenarioReport: Sendable {
    @TaskLocal static var current: ScenarioReport?

    private struct State {
        var done: [String] = []
        var figures: [String] = []
        var jobs = 0
        var runs = 0
        var lost = 0
        var doubled = 0
        var overlapping = 0
        var hasFailed = false
    }

    private let number: Int
    private let promise: String
    private let began = ContinuousClock.now
    private let state = Mutex(State())

    init(_ number: Int, promise: String) {
        self.number = number
        self.promise = promise
    }

    /// Says what was done, for people.
    static func did(_ text: String) {
        current?.state.withLock { $0.done.append(text) }
    }

    /// Adds a measured figure.
    static func figure(_ name: String, _ value: String) {
        current?.state.withLock { $0.figures.append("\(name) \(value)") }
    }

    /// Adds to the counts.
    static func count(jobs: Int, runs: Int, lost: Int, doubled: Int, overlapping: Int) {
        current?.state.withLock { state in
            state.jobs += jobs
            state.runs += runs
            state.lost += lost
            state.doubled += doubled
            state.overlapping += overlapping
        }
    }

    func fail() { state.withLock { $0.hasFailed = true } }

    /// Tells the terminal, where the full form runs, and the report file, where one is named.
    func close() {
        let seconds = String(format: "%.0f", (ContinuousClock.now - began) / .seconds(1))
        let (row, line) = state.withLock { state in
            let verdict = state.hasFailed ? "**FAILED**" : "kept"
            let counts = [state.jobs, state.runs, state.lost, state.doubled, state.overlapping].map {
                $0.formatted(.number.locale(.init(identifier: "en_US")))
            }
            let cells =
                ["\(number)", promise, state.done.joined(separator: "; ")] + counts
                + [state.figures.joined(separator: "; "), seconds, verdict]
            let line = """
                \(number) · \(promise): \(verdict.filter { $0 != "*" }), \(seconds) s, \(counts[0]) jobs, \
                \(counts[1]) runs, lost \(counts[2]), doubled \(counts[3]), overlapping \(counts[4]); \
                \(state.figures.joined(separator: "; "))

                """
            return ("| " + cells.map { $0.replacing("|", with: "/") }.joined(separator: " | ") + " |\n", line)
        }
        if Chaos.isOn { FileHandle.standardOutput.write(Data(line.utf8)) }
        guard let path = ProcessInfo.processInfo.environment["CHAOS_REPORT"] else { return }
        append(row, to: path)
    }

    private func append(_ row: String, to path: String) {
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        guard let file = FileHandle(forWritingAtPath: path) else { return }
        file.seekToEndOfFile()
        file.write(Data(row.utf8))
        try? file.close()
    }
}

/// Microseconds as text for the report.
func milliseconds(_ microseconds: Int64) -> String {
    let digits = microseconds < 100_000 ? 1 : 0
    return "\((Double(microseconds) / 1000).formatted(.number.precision(.fractionLength(digits)).grouping(.never))) ms"
}

/// Microseconds as text for the report.
func seconds(_ microseconds: Int64) -> String {
    String(format: "%.1f s", Double(microseconds) / 1_000_000)
}

/// A duration as text for the report.
func seconds(_ duration: Duration) -> String {
    seconds(Int64(duration / .microseconds(1)))
}
