import ArgumentParser
import Foundation
import JobQueue
import Storage

/// Everything about one job.
struct JobsShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a job's payload, the error of every attempt, and its times.")

    @Argument(help: "The job's id.", transform: JobArguments.id)
    var id: JobID

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func run() async throws {
        let (job, remains) = try await Services.use { services in
            guard let job = try await services.inspector.show(id) else { throw JobInspectionError.notFound(id) }
            return (job, try await services.remains.of(job))
        }
        if json {
            try Terminal.writeJSON(JobDocument(job))
            return
        }
        Terminal.write(facts(of: job))
        if let remains, job.state != .ready { Terminal.write("\nIf it is discarded: " + remains) }
        Terminal.write("\nPayload:\n" + DisplayText.printable(job.payload))
        guard !job.errors.isEmpty else { return }
        Terminal.write("\nFailed attempts:")
        var table = Table([
            .number("attempt"), .text("ended"), .number("took"), .text("worker"), .text("code"), .text("message"),
        ])
        for error in job.errors {
            table.add([
                String(error.attempt), error.at, error.durationMilliseconds.map { "\($0) ms" } ?? "–",
                error.process ?? "–", error.code,
                error.message,
            ])
        }
        Terminal.write(table)
    }

    private func facts(of job: JobDetail) -> FactSheet {
        var facts = FactSheet()
        facts.add("Job", job.id.description)
        facts.add("Kind", job.name)
        facts.add("Queue", job.queue)
        facts.add("State", job.state.rawValue)
        facts.add("Reason", job.reason)
        facts.add("Fingerprint", job.fingerprint)
        facts.add("Unique key", job.uniqueKey)
        facts.add("Progress", job.progress.map { "\(JobTable.progress($0)), \(TimeText.age($0.at)) ago" })
        facts.add("Attempts", "\(job.attempts), and \(job.crashes) lost to crashes")
        facts.add("Worker", job.process)
        facts.add("Kept in", job.isDurable ? "the ledger (PostgreSQL)" : "Redis alone")
        facts.add("Created", TimeText.moment(job.createdAt))
        facts.add("Due", TimeText.moment(job.dispatchAt))
        facts.add("Started", job.startedAt.map(TimeText.moment))
        facts.add("Cancel asked", job.cancelRequestedAt.map(TimeText.moment))
        facts.add("Finished", job.finishedAt.map(TimeText.moment))
        if let started = job.startedAt, let finished = job.finishedAt {
            facts.add("Last run", TimeText.span(seconds: finished.timeIntervalSince(started)))
        }
        return facts
    }
}
