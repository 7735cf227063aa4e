import ArgumentParser
import JobQueue

/// What an operator wants to see first: jobs that are dead or parked, and unfinished ones that have failed before.
struct JobsTroubled: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "troubled", abstract: "List dead and parked jobs, and unfinished ones that have failed before.")

    @Option(help: "How many of each state, 1 to 200.")
    var limit = 50

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func validate() throws {
        guard (1...200).contains(limit) else { throw ValidationError("--limit: expected a number from 1 to 200.") }
    }

    func run() async throws {
        let (jobs, isCut) = try await Services.use { services in try await troubled(services.inspector) }
        if json {
            try Terminal.writeJSON(JobListDocument(JobPage(items: jobs, nextCursor: nil, isCut: isCut)))
            return
        }
        guard !jobs.isEmpty else {
            Terminal.write("No job is in trouble.")
            return
        }
        Terminal.write(JobTable.table(of: jobs))
        if isCut {
            Terminal.write(
                "\nThere are more: use --limit, or page through them with `cartwright jobs list --state dead`.")
        }
        Terminal.write(
            "\nDetails: cartwright jobs show <id>. Again: cartwright jobs retry <id>. Give up: cartwright jobs discard <id>."
        )
    }

    private func troubled(_ inspector: JobInspector) async throws -> (jobs: [JobDetail], isCut: Bool) {
        var jobs: [JobDetail] = []
        var isCut = false
        for state in [JobState.dead, .parked, .running, .ready] {
            // A job can die or be parked without an error of its own; it needs somebody all the same.
            let needsSomebody = state == .dead || state == .parked
            let page = try await inspector.list(
                JobFilter(state: state, hasErrors: needsSomebody ? nil : true), limit: limit)
            jobs += page.items
            isCut = isCut || page.nextCursor != nil
        }
        return (jobs, isCut)
    }
}
