import ArgumentParser
import Foundation
import JobQueue

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
