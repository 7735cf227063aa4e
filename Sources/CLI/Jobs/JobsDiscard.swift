import ArgumentParser
import JobQueue

/// Gives jobs up.
struct JobsDiscard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard", abstract: "Give up dead, parked or waiting jobs; the ledger keeps them as discarded.")

    @Argument(help: "The jobs' ids.", transform: JobArguments.id)
    var ids: [JobID]

    func run() async throws {
        let action = JobAction(name: "job.discarded", outcome: "is discarded") { inspector, id in try await inspector.discard(id) }
        try await Services.use { services in try await action.run(on: ids, with: services) }
    }
}
