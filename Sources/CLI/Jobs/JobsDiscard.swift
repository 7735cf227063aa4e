import ArgumentParser
import JobQueue
import Storage

/// Gives jobs up.
struct JobsDiscard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract:
            "Give up dead, parked or waiting jobs, with --all every dead one that matches; the ledger keeps them as discarded."
    )

    @OptionGroup var selection: JobSelection

    @Flag(
        help: "Discard them although something is left undone; without it the command says what, and changes nothing.")
    var confirm = false

    func run() async throws {
        try await Services.use { services in
            if !confirm {
                let remains = try await Self.remains(of: selection, with: services)
                if !remains.isEmpty {
                    for sentence in remains.prefix(20) { Terminal.writeError(sentence) }
                    if remains.count > 20 { Terminal.writeError("And \(remains.count - 20) more at least.") }
                    throw Failure(
                        "\(counted(remains.count, "job")) would leave something undone. Nothing was changed.",
                        advice: "To discard all the same, add --confirm.")
                }
            }
            if selection.all {
                try await JobBulk.run(.discard, selection, outcome: "discarded", with: services)
            } else {
                let action = JobAction(name: "job.discarded", outcome: "is discarded") { inspector, id in
                    try await inspector.discard(id)
                }
                try await action.run(on: selection.ids, with: services)
            }
            try await services.webhooks.ignoreAbandoned(note: "Its job was discarded.", by: OperatorLog.actor)
        }
    }

    /// What is left undone, of the first thousand jobs.
    private static func remains(of selection: JobSelection, with services: Services) async throws -> [String] {
        guard selection.all else {
            var jobs: [JobDetail] = []
            for id in selection.ids { if let job = try await services.inspector.show(id) { jobs.append(job) } }
            return try await services.remains.of(jobs)
        }
        var found: [String] = []
        var cursor: JobCursor?
        for _ in 0..<5 {
            let page = try await services.inspector.list(
                selection.conditions.filter(state: selection.state), limit: 200, after: cursor)
            found += try await services.remains.of(page.items)
            guard let next = page.nextCursor else { break }
            cursor = next
        }
        return found
    }
}
