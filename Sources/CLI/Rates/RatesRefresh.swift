import ArgumentParser
import Bootstrap
import JobQueue
import Postgres
import Storage

/// Asks the source now.
struct RatesRefresh: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refresh", abstract: "Let a worker ask the source for newer rates now, and not at the next hour.")

    func run() async throws {
        try await Services.use { services in
            let job = try JobLedger.insertion(of: RefreshRates())
            try await services.database.execute(job.statement)
            await services.connections.dispatcher.push([job])
            try await services.audit.note("rates.refreshed", "job", job.id.description)
            Terminal.write("Job \(job.id) is on its way; see it with: cartwright jobs show \(job.id)")
        }
    }
}
