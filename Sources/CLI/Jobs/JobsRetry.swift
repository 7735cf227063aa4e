import ArgumentParser
import JobQueue
import Redis

/// Runs jobs again.
struct JobsRetry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Run dead, parked or waiting jobs again at once; with --all, every dead one that matches.",
        discussion: "A job keeps its id, and with it the keys that keep payments and mails from happening twice.")

    @OptionGroup var selection: JobSelection

    func run() async throws {
        try await Services.use { services in
            // The push goes out only over a connection that stands. Without one a worker's sweep finds the job in the
            // ledger.
            let isRedisThere = (try? await services.redis.send(RedisCommand("PING"))) != nil
            if selection.all {
                try await JobBulk.run(.retry, selection, outcome: "will run again", with: services)
            } else {
                let action = JobAction(name: "job.retried", outcome: "will run again") { inspector, id in
                    try await inspector.retry(id)
                }
                try await action.run(on: selection.ids, with: services)
            }
            if !isRedisThere { Terminal.writeError("Redis is away; the jobs run as soon as it is back.") }
        }
    }
}
