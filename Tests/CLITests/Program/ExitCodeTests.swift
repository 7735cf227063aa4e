import TestSupport
import Testing

@Suite("Exit codes tell scripts what went wrong", .database())
struct ExitCodeTests {
    @Test("help and version are no errors")
    func helpAndVersionAreNoErrors() async throws {
        let program = try Program.forCurrentDatabase()
        let help = try await program.run("--help")
        #expect(help.status == .code(0))
        #expect(help.output.contains("SUBCOMMANDS:"))
        #expect(try await program.run().status == .code(0))
        #expect(try await program.run("--version").status == .code(0))
    }

    @Test("wrong usage exits with 64")
    func wrongUsageIs64() async throws {
        let program = try Program.forCurrentDatabase()
        let wrong = try await program.run("jobs", "list", "--limit", "1000")
        #expect(wrong.status == .code(64))
        #expect(wrong.output.contains("expected a number from 1 to 200"))
    }

    @Test("a wrong address exits with 78", arguments: ["DATABASE_URL", "REDIS_URL"])
    func aWrongAddressIs78(variable: String) async throws {
        var program = try Program.forCurrentDatabase()
        program.environment[variable] = "gopher://user:hush@nowhere"
        let wrong = try await program.run("jobs")
        #expect(wrong.status == .code(78))
        #expect(wrong.output.contains(variable))
        #expect(!wrong.output.contains("hush"))
    }

    @Test("an unreachable server exits with 1 and one sentence")
    func anUnreachableServerIs1InOneSentence() async throws {
        var program = try Program.forCurrentDatabase()
        program.environment["DATABASE_URL"] = "postgres://user:hush@127.0.0.1:\(try FreePort.next())/shop"
        let away = try await program.run("jobs")
        #expect(away.status == .code(1))
        #expect(away.output.contains("PostgreSQL cannot be reached"))
        #expect(!away.output.contains("hush"))
        #expect(away.output.split(separator: "\n").count <= 2)
    }

    @Test("without servers the doctor fails and says so")
    func doctorWithoutServers() async throws {
        var program = try Program.forCurrentDatabase()
        program.environment["DATABASE_URL"] = "postgres://user:hush@127.0.0.1:\(try FreePort.next())/shop"
        program.environment["REDIS_URL"] = "redis://:hush@127.0.0.1:\(try FreePort.next())"
        let sick = try await program.run("doctor")
        #expect(sick.status == .code(1))
        #expect(sick.output.contains("FAIL     postgresql"))
        #expect(sick.output.contains("FAIL     redis"))
        #expect(!sick.output.contains("hush"))
    }
}
