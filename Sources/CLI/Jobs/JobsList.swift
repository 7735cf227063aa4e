import ArgumentParser
import Foundation
import JobQueue

/// Jobs by state, queue, kind, text and time.
struct JobsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List jobs, newest first.")

    @Option(help: "Only jobs in this state.")
    var state: JobState?

    @Option(help: "Only jobs of this queue.", transform: JobArguments.queue)
    var queue: QueueName?

    @Option(help: "Only jobs of this kind, such as checkout.order.")
    var name: String?

    @Option(help: "Only jobs whose id, payload or errors contain this, in any case.")
    var text: String?

    @Option(
        help: ArgumentHelp("Only jobs created since then: 30m, 2h, 7d or 2026-03-01T14:05:00Z.", valueName: "time"),
        transform: JobArguments.since)
    var since: Date?

    @Option(help: "How many, 1 to 200.")
    var limit = 50

    @Option(help: "Where to go on: the last id of the page before.", transform: JobArguments.id)
    var cursor: JobID?

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func validate() throws {
        guard (1...200).contains(limit) else { throw ValidationError("--limit: expected a number from 1 to 200.") }
    }

    func run() async throws {
        let filter = JobFilter(state: state, queue: queue, name: name, text: text, since: since)
        let page = try await Services.use { services in try await services.inspector.list(filter, limit: limit, after: cursor) }
        if json {
            try Terminal.writeJSON(JobListDocument(jobs: page.items, nextCursor: page.nextCursor))
            return
        }
        guard !page.items.isEmpty else {
            Terminal.write("No job matches.")
            return
        }
        Terminal.write(JobTable.table(of: page.items))
        if let cursor = page.nextCursor { Terminal.write("\nMore: add --cursor \(cursor)") }
    }
}
