import ArgumentParser
import Bootstrap
import JobQueue
import Postgres
import Storage

/// Brings the database's tables up to date.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database's tables up to date.",
        discussion:
            "May be run while the shop is open, by any number of machines at once: one migrates, the others wait.")

    @Flag(help: "Only say what is missing; exit code 1 when something is.")
    var check = false

    func run() async throws {
        let migrator = try ShopSchema.migrator()
        try await Services.use { services in
            try await services.withMigrationDatabase { owner in
                if check { return try report(pending: try await migrator.pending(owner)) }
                let applied = try await migrator.migrate(owner) { migration in
                    Terminal.write("applied \(migration) in \(TimeText.brief(migration.duration))")
                }
                try await JobLedger(database: owner).buildMissingIndexes { name in
                    Terminal.write("built the index \(name)")
                }
                try await grant(services, by: owner)
                Terminal.write(
                    applied.isEmpty
                        ? "The tables are up to date; nothing to do."
                        : "\(counted(applied.count, "migration")) applied.")
            }
        }
    }

    /// The programs' own user may use what is there now.
    private func grant(_ services: Services, by owner: PostgresPool) async throws {
        guard services.settings.migrations != nil else { return }
        let role = try await DatabaseRole.name(of: services.database)
        guard try await DatabaseRole.name(of: owner) != role else { return }
        try await DatabaseRole.grant(to: role, by: owner)
        Terminal.write("\(role) may read and write rows.")
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
