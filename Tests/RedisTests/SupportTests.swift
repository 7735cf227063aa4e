import TestSupport
import Testing

@Suite("The tools of the tests do what they say")
struct SupportTests {
    @Test("a process that ends, is terminated or is killed is told apart")
    func exits() async throws {
        let ending = try ManagedProcess.start(
            "sh", arguments: ["-c", "echo out; echo $COLOUR >&2; exit 3"], environment: ["COLOUR": "teal"])
        #expect(try await ending.waitForExit() == .code(3))
        #expect(ending.log == "out\nteal\n")
        #expect(!ending.isRunning)
        let asked = try ManagedProcess.start("sleep", arguments: ["30"])
        asked.terminate()
        #expect(try await asked.waitForExit() == .signal(15))
        let killed = try ManagedProcess.start("sleep", arguments: ["30"])
        killed.pause()
        #expect(killed.isRunning)
        killed.kill()
        #expect(try await killed.waitForExit() == .signal(9))
        #expect(throws: ManagedProcess.CannotStart.self) { try ManagedProcess.start("/nonexistent") }
    }

    @Test("waiting for a process that stays gives up, and so does waiting for what never happens")
    func patience() async throws {
        let staying = try ManagedProcess.start("sleep", arguments: ["30"])
        await #expect(throws: ManagedProcess.StillRunning.self) { try await staying.waitForExit(within: .milliseconds(50)) }
        await #expect(throws: NeverHappened.self) { try await eventually(within: .milliseconds(50), "never") { false } }
    }

    @Test("ports are given out once")
    func ports() throws {
        let ports = try (0..<100).map { _ in try FreePort.next() }
        #expect(Set(ports).count == 100)
    }
}
