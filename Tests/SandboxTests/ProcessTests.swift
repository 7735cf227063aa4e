import Foundation
import Testing

@testable import Sandbox

@Suite("The program starts, dies and comes back as its users expect", .serialized)
struct ProcessTests {
    @Test("killed and started again, the sandbox knows what it knew")
    func killedAndStartedAgain() async throws {
        try await withTemporaryDirectory { directory in
            let first = try SandboxProcess.start(data: directory)
            let sandbox = RunningSandbox(urls: try #require(first.urls))
            let id = try await sandbox.intent()
            #expect(try await sandbox.confirm(id, key: "k", fault: "drop_after_commit").status == 0)
            kill(first.process.processIdentifier, SIGKILL)
            first.process.waitUntilExit()

            let second = try SandboxProcess.start(data: directory)
            let again = RunningSandbox(urls: try #require(second.urls))
            #expect(try await again.moved(id) == ["charge 1999"])
            #expect(try await again.confirm(id, key: "k").headers["idempotent-replayed"] == "true")
            second.process.terminate()
            second.process.waitUntilExit()
            #expect(second.process.terminationReason == .exit && second.process.terminationStatus == 0)
        }
    }

    @Test("a bad setting is named")
    func aBadSettingIsNamed() throws {
        let started = try SandboxProcess.start(environment: ["SANDBOX_PORT": "web"])
        started.process.waitUntilExit()
        #expect(started.urls == nil && started.process.terminationStatus == 1)
        #expect(started.errors().contains("SANDBOX_PORT='web'"))
    }

    @Test("a taken port is reported")
    func aTakenPortIsSaid() throws {
        let first = try SandboxProcess.start()
        let port = try #require(first.urls).httpPort
        let second = try SandboxProcess.start(environment: ["SANDBOX_PORT": String(port)])
        second.process.waitUntilExit()
        #expect(second.process.terminationStatus == 1 && second.errors().contains("already in use"))
        first.process.interrupt()
        first.process.waitUntilExit()
        #expect(first.process.terminationStatus == 0)
    }
}
