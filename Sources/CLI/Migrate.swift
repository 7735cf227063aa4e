import ArgumentParser
import Bootstrap
import JobQueue
import Postgres

/// Brings the database's tables up to date.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database's tables up to date.",
        discussion: "May be run while the shop is open, by any number of machines at once: one migrates, the others wait.")

    @Flag(help: "Only say what is missing; exit code 1 when something is.")
    var check = false

    func run() async throws {
        let migrator = try ShopSchema.migrator()
        try await Services.use { services in
            if check {
                try report(pending: try await migrator.pending(services.database))
            } else {
                let applied = try await migrator.migrate(services.database) { migration in
                    Terminal.write("applied \(migration) in \(TimeText.brief(migration.duration))")
                }
                try await JobLedger(database: services.database).buildMissingIndexes { name in Terminal.write("built the index \(name)") }
                Terminal.write(
                    applied.isEmpty ? "The tables are up to date; nothing to do." : "\(counted(applied.count, "migration")) applied.")
            }
        }
    }

    private func report(pending: [String]) throws {
        guard !pending.isEmpty else {
            Terminal.write("The tables are up to date.")
            return
        }
        for name in pending { Terminal.write("missing \(name)") }
        throw Failure("\(counted(pending.count, "migration")) missing.", advice: "Apply them with: cartwright migrate")
    }
}
