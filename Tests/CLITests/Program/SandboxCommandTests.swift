import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import CLI

@Suite("cartwright sandbox runs the sandbox", .timeLimit(.minutes(1)))
struct SandboxCommandTests {
    @Test("options are the settings they stand for")
    func options() throws {
        let command = try Cartwright.parseAsRoot([
            "sandbox", "--port", "1", "--smtp-port", "2", "--data", "/d", "--webhook-url", "http://x",
            "--webhook-secret", "s",
        ])
        let environment = try #require(command as? SandboxCommand).environment.map { "\($0.name)=\($0.value)" }
        #expect(
            environment == [
                "SANDBOX_PORT=1", "SANDBOX_SMTP_PORT=2", "SANDBOX_DATA=/d", "SANDBOX_WEBHOOK_URL=http://x",
                "SANDBOX_WEBHOOK_SECRET=s",
            ])
        #expect(try #require(try Cartwright.parseAsRoot(["sandbox"]) as? SandboxCommand).environment.isEmpty)
    }

    @Test("the process becomes the sandbox, which says where it is and ends when asked")
    func runs() async throws {
        let process = try ManagedProcess.start(
            Program.path, arguments: ["sandbox", "--port", "0", "--smtp-port", "0"], environment: [:])
        try await eventually("it says where it is") { process.log.contains("Sandbox ready: http://127.0.0.1:") }
        process.terminate()
        #expect(try await process.waitForExit(within: .seconds(10)) == .code(0))
        try? FileManager.default.removeItem(atPath: process.logFile)
    }

    @Test("what it cannot use it says, as the sandbox does")
    func refused() async throws {
        let process = try ManagedProcess.start(
            Program.path, arguments: ["sandbox", "--webhook-url", "ftp://x"], environment: [:])
        #expect(try await process.waitForExit(within: .seconds(10)) == .code(1))
        #expect(process.log.contains("SANDBOX_WEBHOOK_URL='ftp://x'"))
        try? FileManager.default.removeItem(atPath: process.logFile)
    }
}
