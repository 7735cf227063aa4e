import ArgumentParser
import JobQueue

/// Jobs by state, queue, kind, text and time.
struct JobsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List jobs, newest first.")

    @Option(help: "Only jobs in this state.")
    var state: JobState?

    @OptionGroup var conditions: JobConditions

    @Option(help: "How many, 1 to 200.")
    var limit = 50

    @Option(help: "Where to go on: what the page before ended with.", transform: JobArguments.cursor)
    var cursor: JobCursor?

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func validate() throws {
        guard (1...200).contains(limit) else { throw ValidationError("--limit: expected a number from 1 to 200.") }
    }

    func run() async throws {
        let page = try await Services.use { services in
            try await services.inspector.list(conditions.filter(state: state), limit: limit, after: cursor)
        }
        if json {
            try Terminal.writeJSON(JobListDocument(page))
            return
        }
        if page.items.isEmpty {
            Terminal.write(page.isCut ? "No job matches so far." : "No job matches.")
        } else {
            Terminal.write(JobTable.table(of: page.items))
        }
        guard let cursor = page.nextCursor else { return }
        if page.isCut { Terminal.write("\nThe newest \(JobInspector.examined) jobs that could match were looked at.") }
        Terminal.write("\nMore: add --cursor \(cursor)")
    }
}
