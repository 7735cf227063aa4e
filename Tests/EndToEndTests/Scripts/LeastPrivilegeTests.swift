import Foundation
import Logging
import Postgres
import TestSupport
import Testing

@Suite("Each program gets what it needs and nothing else", .serialized)
struct LeastPrivilegeTests {
    private static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    @Test("its own settings, those that its line in the Procfile names, and the ones that every program has")
    func settings() async throws {
        let folder = "\(NSTemporaryDirectory())/cartwright-crew-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let names =
            #"bash -c 'echo "has $(compgen -e | sort | tr "\n" " ")"; echo "is $(id -un) $NO_MORE"; sleep 1001'"#
        try """
        sandbox: \(names)
        api: \(names)
        worker: env METRICS_PORT="$WORKER_METRICS_PORT" \(names)
        """.write(toFile: "\(folder)/Procfile", atomically: true, encoding: .utf8)
        let secrets = [
            "DATABASE_URL": "postgres://d", "MIGRATION_DATABASE_URL": "postgres://m", "REDIS_URL": "redis://r",
            "AUTH_SIGNING_KEYS": "a",
            "PAYMENTS_API_KEY": "p", "PAYMENTS_WEBHOOK_SECRETS": "w", "SENDGRID_API_KEY": "s",
            "SANDBOX_MAIL_SIGNING_KEY": "k",
            "ADMIN_PASSWORD": "x", "SECRET_OF_SOMEBODY": "y", "WORKER_METRICS_PORT": "9465",
        ]
        let runner = try ManagedProcess.start(
            "\(Self.checkout)/Scripts/procfile-runner",
            arguments: [
                "--state", "\(folder)/state", "--settings", "\(Self.checkout)/docs/settings.md", "--in", "/tmp",
                "\(folder)/Procfile",
            ],
            environment: secrets)
        try await eventually(within: .seconds(20), "all have said what they have; \(runner.log)") {
            runner.log.components(separatedBy: "| is ").count == 4
        }
        for (name, own) in [
            ("sandbox", ["SANDBOX_MAIL_SIGNING_KEY"]),
            ("api", ["AUTH_SIGNING_KEYS", "DATABASE_URL", "PAYMENTS_WEBHOOK_SECRETS", "REDIS_URL"]),
            ("worker", ["DATABASE_URL", "PAYMENTS_API_KEY", "REDIS_URL", "SENDGRID_API_KEY", "WORKER_METRICS_PORT"]),
        ] {
            let line = try #require(
                runner.log.split(separator: "\n").first { $0.hasPrefix(name) && $0.contains("| has ") }, "\(runner.log)"
            )
            let has = Set(line.split(separator: " ").map(String.init)).intersection(secrets.keys)
            #expect(has == Set(own), "\(name)")
        }
        runner.terminate()
        #expect(try await runner.waitForExit(within: .seconds(40)) == .code(0))
    }

    @Test("docs/settings.md, from which the runner takes settings, names each that a program reads beside that program")
    func documented() throws {
        let table = try String(contentsOfFile: "\(Self.checkout)/docs/settings.md", encoding: .utf8)
        var users: [String: Set<String>] = [:]
        for line in table.split(separator: "\n") where line.hasPrefix("| `") {
            let columns = line.split(separator: "|", omittingEmptySubsequences: false)
            guard columns.count > 3 else { continue }
            let programs = columns[2].lowercased().split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            for name in columns[1].matches(of: /`([A-Z][A-Z0-9_]+)`/) {
                users[String(name.output.1), default: []].formUnion(programs)
            }
        }
        for (folder, programs) in [
            ("Sources/Bootstrap/Settings", ["api", "worker", "cli", "cartwright seed"]),
            ("Tools/Sandbox/Setup", ["sandbox"]),
        ] {
            let root = URL(filePath: "\(Self.checkout)/\(folder)")
            var count = 0
            for case let file as URL in try #require(
                FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
            where file.pathExtension == "swift" {
                let text = try String(contentsOf: file, encoding: .utf8)
                for name in text.matches(of: /"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|HOST|PORT)"/).map({ String($0.output.1) })
                {
                    count += 1
                    let known = users[name] ?? []
                    #expect(
                        known.contains("all") || !known.isDisjoint(with: programs),
                        "\(name) of \(file.lastPathComponent) is not in the table")
                }
            }
            #expect(count > 5)
        }
    }

    @Test("a shop whose user is neither superuser nor owner sells, and can do nothing else", .timeLimit(.minutes(3)))
    func databaseRole() async throws {
        let server = try TestEnvironment.databaseURL
        let (role, password) = ("cw_app_\(UUID().uuidString.lowercased().prefix(8))", "a@b:c/d?e f%")
        func administer(_ statement: String, on url: String) async throws {
            let pool = PostgresPool(try PostgresConfiguration(url: url), logger: .init(label: "test"))
            do { try await pool.withConnection { try $0.script(statement) } } catch {
                await pool.close()
                throw error
            }
            await pool.close()
        }
        func own(_ url: String) throws -> String {
            var parts = try #require(URLComponents(string: url))
            (parts.user, parts.percentEncodedPassword) = (
                role, password.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
            )
            return try #require(parts.string)
        }
        try await administer("CREATE ROLE \(role) LOGIN PASSWORD '\(password)'", on: server)
        try await Shop.open(webhooks: true, through: { ["DATABASE_URL": try own($0), "MIGRATION_DATABASE_URL": $0] }) {
            shop in
            let processes = try await shop.startAll()
            let answer = try await shop.order(try await shop.products()[0], wait: 20)
            #expect(answer.status == 201, "\(answer.text)")
            try await shop.waitUntilSettled(within: .seconds(30))
            try await shop.checkEverythingAddsUp()
            let doctor = try await shop.cartwright("doctor")
            #expect(doctor.contains("\(role), no superuser"), "\(doctor)")
            #expect(!doctor.contains("FAIL"), "\(doctor)")
            // Again, as at every start.
            try await shop.cartwright("migrate")
            let url = try own(shop.database.url)
            for statement in [
                "DROP TABLE orders", "ALTER TABLE orders ADD x int", "CREATE TABLE mine (a int)",
                "DELETE FROM audit_log",
                "UPDATE audit_log SET action = 'x'", "TRUNCATE audit_log", "DELETE FROM schema_migrations",
                "DELETE FROM stock_changes", "UPDATE stock_requests SET actor = 'x'",
                "ALTER TABLE audit_log DISABLE TRIGGER ALL", "SELECT pg_read_file('PG_VERSION')",
                "COPY orders TO PROGRAM 'true'",
            ] {
                await #expect(throws: PostgresError.self, "\(statement)") { try await administer(statement, on: url) }
            }
            // The days of jobs are made all the same.
            try await administer("SELECT create_job_partitions(6), drop_finished_job_partitions(30)", on: url)
            withExtendedLifetime(processes) {}
        }
        try await administer("DROP ROLE \(role)", on: server)
    }
}
