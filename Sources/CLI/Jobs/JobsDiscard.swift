import ArgumentParser
import JobQueue

/// Gives jobs up.
struct JobsDiscard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: "Give up dead, parked or waiting jobs, with --all every dead one that matches; the ledger keeps them as discarded.")

    @OptionGroup var selection: JobSelection

    func run() async throws {
        try await Services.use { services in
            if selection.all {
                try await JobBulk.run(.discard, selection, outcome: "discarded", with: services)
            } else {
                let action = JobAction(name: "job.discarded", outcome: "is discarded") { inspector, id in try await inspector.discard(id) }
                try await action.run(on: selection.ids, with: services)
            }
        }
    }
}
