public import ArgumentParser
import Domain
import Foundation
public import JobQueue

extension JobState: ExpressibleByArgument {}

/// Reads arguments that name jobs and queues, with errors that say what was expected.
enum JobArguments {
    static func id(_ text: String) throws -> JobID {
        guard let id = JobID(text) else {
            throw ValidationError(
                "expected a job's id, such as 0197c1f0-8a6e-7cc1-b0a4-3f0f6f1f2a10; `cartwright jobs` lists them.")
        }
        return id
    }

    static func cursor(_ text: String) throws -> JobCursor {
        guard let cursor = JobCursor(text) else {
            throw ValidationError("expected the cursor that the page before ended with.")
        }
        return cursor
    }

    static func queue(_ text: String) throws -> QueueName {
        guard let queue = QueueName(rawValue: text) else {
            throw ValidationError("expected a queue's name; `cartwright queues` lists them.")
        }
        return queue
    }

    /// A point in time (`2026-03-01`, `2026-03-01T14:05:00Z`) or a time before now (`90s`, `30m`, `2h`, `7d`).
    static func since(_ text: String, now: Date) throws -> Date {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        if let unit = text.last.flatMap({ units[$0] }), let count = Double(text.dropLast()), count >= 0, count.isFinite
        {
            // Longer ago than anything is: all of it.
            return max(now.addingTimeInterval(-count * unit), Date(timeIntervalSince1970: 0))
        }
        let instant = Date.ISO8601FormatStyle(timeZone: .gmt)
        let styles = [
            instant, Date.ISO8601FormatStyle(includingFractionalSeconds: true, timeZone: .gmt),
            instant.year().month().day(),
        ]
        for style in styles {
            if let date = try? style.parse(text), Date(unixSeconds: date.unixSeconds) != nil { return date }
        }
        throw ValidationError(
            "expected a length of time such as 30m, 2h or 7d, or a time such as 2026-03-01T14:05:00Z.")
    }

    static func since(_ text: String) throws -> Date { try since(text, now: Date()) }
}

/// Options that choose jobs.
struct JobConditions: ParsableArguments {
    @Option(help: "Only jobs of this queue.", transform: JobArguments.queue)
    var queue: QueueName?

    @Option(help: "Only jobs of this kind, such as order.checkout.")
    var name: String?

    @Option(help: "Only dead jobs whose last error has this fingerprint; `cartwright jobs groups` lists them.")
    var fingerprint: String?

    @Option(help: "Only jobs whose id, payload or errors contain this, in any case.")
    var text: String?

    @Option(
        help: ArgumentHelp("Only jobs created since then: 30m, 2h, 7d or 2026-03-01T14:05:00Z.", valueName: "time"),
        transform: JobArguments.since)
    var since: Date?

    /// Whether any of them is given.
    var isEmpty: Bool { queue == nil && name == nil && fingerprint == nil && text == nil && since == nil }

    func filter(state: JobState?) -> JobFilter {
        JobFilter(state: state, queue: queue, name: name, fingerprint: fingerprint, text: text, since: since)
    }

    /// The conditions in words, for the audit log.
    func details(state: JobState) -> [String: String] {
        var details = ["state": state.rawValue]
        details["queue"] = queue?.rawValue
        details["name"] = name
        details["fingerprint"] = fingerprint
        details["text"] = text
        details["since"] = since.map(TimeText.stamp)
        return details
    }
}

/// Jobs by id, or all dead ones that match.
struct JobSelection: ParsableArguments {
    @Argument(help: "The jobs' ids.", transform: JobArguments.id)
    var ids: [JobID] = []

    @Flag(help: "All dead jobs, or those of them that match the options below.")
    var all = false

    @Flag(help: "With --all: parked jobs instead of dead ones.")
    var parked = false

    @OptionGroup(title: "Options with --all")
    var conditions: JobConditions

    func validate() throws {
        if all && !ids.isEmpty { throw ValidationError("give ids or --all, not both.") }
        if !all && (parked || !conditions.isEmpty) {
            throw ValidationError("these options choose among all jobs: add --all.")
        }
        if !all && ids.isEmpty { throw ValidationError("expected the ids of jobs, or --all.") }
    }

    var state: JobState { parked ? .parked : .dead }
}
