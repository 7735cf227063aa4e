import Foundation
import Postgres
import TestSupport
import Testing

/// The programs in Examples, each with a database and a Redis of its own, as somebody runs them who tries the library.
@Suite("The examples do what they say", .timeLimit(.minutes(2)))
struct ExampleTests {
    private func run(
        _ name: String, _ body: (ManagedProcess, TestDatabase) async throws -> Void = { _, _ in }
    ) async throws -> String {
        try await TestDatabase.with { database in
            let redis = try await RedisServer.start()
            let folder = try #require(Bundle.main.executableURL?.deletingLastPathComponent())
            let program = try ManagedProcess.start(
                folder.appending(path: name).path, environment: ["DATABASE_URL": database.url, "REDIS_URL": redis.url])
            try await body(program, database)
            let exit = try await program.waitForExit(within: .seconds(60))
            #expect(exit == .code(0), "\(program.log)")
            return program.log
        }
    }

    @Test("HelloJob greets and ends in good order")
    func helloJobGreetsAndEndsInGoodOrder() async throws {
        let log = try await run("HelloJob") { program, database in
            try await eventually(within: .seconds(30), "the job is done") {
                guard program.isRunning else { return true }
                let table: String? = try await database.pool.query("SELECT to_regclass('jobs')::text AS name")[0][
                    "name"]
                guard table != nil else { return false }
                return try await database.pool.query("SELECT FROM jobs WHERE state = 'done'").count == 1
            }
            program.terminate()
        }
        #expect(log.contains("Hello, world! This is attempt 1"))
    }

    @Test("an order and its receipt are booked once or not at all")
    func transactionalEnqueue()
        async throws
    {
        let log = try await run("TransactionalEnqueue")
        #expect(log.contains("no unicorns: neither an order nor a job"))
        #expect(log.contains("lamp: 1 receipt"))
        #expect(!log.contains("unicorn:"))
    }

    @Test("dead jobs of a schedule are brought back")
    func deadJobsOfAScheduleAreBroughtBack() async throws {
        let log = try await run("ScheduleAndDeadLetters")
        #expect(log.contains("dead: rates.fetch, invalid_key"))
        #expect(log.contains("no dead letters left"))
        #expect(log.contains("fetched the rates until"))
    }
}
