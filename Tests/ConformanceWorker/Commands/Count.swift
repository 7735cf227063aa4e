import ArgumentParser
import Foundation

/// Counts in the run log, for logs so long that a debug build would take minutes over them.
struct Count: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Prints what the run log holds, as JSON.")

    @Argument(help: "The run log.") var file: String

    func run() throws {
        let history = try RunHistory(file: file)
        let count = ProgramCount(
            runs: history.runs.count, ended: history.ended.count, endedTwice: history.endedTwice.count,
            overlapping: history.overlapping().count, unreadable: history.unreadable)
        print(String(decoding: try JSONEncoder().encode(count), as: UTF8.self))
    }
}

/// What `count` prints.
package struct ProgramCount: Codable, Hashable, Sendable {
    package let runs: Int
    package let ended: Int
    package let endedTwice: Int
    package let overlapping: Int
    package let unreadable: Int

    package init(runs: Int, ended: Int, endedTwice: Int, overlapping: Int, unreadable: Int) {
        self.runs = runs
        self.ended = ended
        self.endedTwice = endedTwice
        self.overlapping = overlapping
        self.unreadable = unreadable
    }
}
