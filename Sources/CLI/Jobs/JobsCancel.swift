import ArgumentParser
import JobQueue

/// Ends jobs that run.
struct JobsCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "End running jobs; waiting ones are discarded.",
        discussion:
            "A worker hears of it within a second and cancels the job's task. The job is dead then, and can be retried."
    )

    @Argument(help: "The jobs' ids.", transform: JobArguments.id)
    var ids: [JobID]

    func run() async throws {
        let action = JobAction(name: "job.cancelled", outcome: "is cancelled") { inspector, id in
            _ = try await inspector.cancel(id)
        }
        try await Services.use { services in try await action.run(on: ids, with: services) }
    }
}
