import ArgumentParser
import JobQueue
import Postgres
import Redis
import Testing

@testable import CLI

@Suite("Errors say what was expected and what to try")
struct FailureTests {
    @Test("a wrong address is an error of configuration")
    func wrongAddresses() throws {
        let database = try #require(throws: PostgresError.self) {
            try PostgresConfiguration(url: "mysql://secret@host")
        }
        let redis = try #require(throws: RedisError.self) { try RedisConfiguration(url: "http://:secret@host") }
        for error in [database, redis] as [any Error] {
            let failure = try #require(Failure.explaining(error))
            #expect(failure.status == .configuration)
            #expect(!failure.text.contains("secret"))
        }
    }

    @Test("a server that is away is a failure")
    func aServerThatIsAwayIsAFailure() throws {
        let failure = try #require(Failure.explaining(RedisError(code: .connectFailed, message: "connection refused")))
        #expect(failure.status == .failure)
        #expect(failure.message.contains("Redis cannot be reached"))
        #expect(failure.advice?.contains("REDIS_URL") == true)
    }

    @Test("a job that refuses a change says why")
    func jobsThatRefuseSayWhy() throws {
        let id = try #require(JobID("0197c1f0-8a6e-7cc1-b0a4-3f0f6f1f2a10"))
        #expect(Failure.explaining(JobInspectionError.notFound(id))?.message == "There is no job \(id).")
    }

    @Test("the argument parser's own errors are left to it")
    func leavesTheParsersOwnErrorsToIt() {
        #expect(Failure.explaining(ValidationError("expected a number")) == nil)
        #expect(Failure.explaining(CleanExit.helpRequest()) == nil)
        #expect(throws: (any Error).self) { try Cartwright.parseAsRoot(["jobs", "retry", "no-uuid"]) }
    }

    @Test(
        "wrong usage has its own exit code",
        arguments: [
            ["jobs", "list", "--limit", "0"], ["seed", "--products", "-1"], ["jobs", "retry"], ["orders", "show", "0"],
            ["nonsense"],
        ])
    func wrongUsageHasItsOwnExitCode(arguments: [String]) {
        #expect {
            _ = try Cartwright.parseAsRoot(arguments)
        } throws: {
            Cartwright.exitCode(for: $0) == .validationFailure
        }
    }
}
