import Foundation
import Testing

@testable import Sandbox

@Suite("The providers' own clients work with the sandbox as with the providers", .serialized)
struct ClientsTests {
    /// The environment that `Scripts/install-dependencies test` made.
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static var python: URL { root.appending(path: ".cartwright/sandbox-clients/bin/python") }

    private struct Result: Sendable {
        let status: Int32
        let output: String
    }

    private static func run(_ script: String, _ sandbox: SandboxURLs) async throws -> Result {
        let process = Process()
        process.executableURL = python
        process.arguments = ["-B", root.appending(path: "Tests/SandboxTests/Clients/\(script).py").path, "--verbose"]
        process.environment = [
            "SANDBOX_URL": sandbox.http, "SANDBOX_SMTP_PORT": String(sandbox.smtpPort), "PYTHONUNBUFFERED": "1",
            "NO_PROXY": "*",
            "PATH": "/usr/bin:/bin",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        let (stream, ended) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            ended.yield(process.terminationStatus)
            ended.finish()
        }
        try process.run()
        // Read while it runs, or it would wait for somebody to read.
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        var status: Int32 = -1
        for await code in stream { status = code }
        return Result(status: status, output: text)
    }

    @Test("the providers' clients pass their suites", arguments: ["stripe_suite", "mail_suite"])
    func theirOwnUseOfItPasses(_ script: String) async throws {
        guard FileManager.default.isExecutableFile(atPath: Self.python.path) else {
            Issue.record("The providers' clients are not installed. Run: Scripts/install-dependencies test")
            return
        }
        let started = try SandboxProcess.start(environment: [
            "SANDBOX_LATER_MS": "600000", "SANDBOX_SMTP_USER": "user", "SANDBOX_SMTP_PASSWORD": "secret",
            "SANDBOX_SMTP_TLS": "offered",
        ])
        defer {
            started.process.terminate()
            started.process.waitUntilExit()
        }
        let result = try await Self.run(script, try #require(started.urls))
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.contains("Ran "), "the script ran its tests")
    }
}
