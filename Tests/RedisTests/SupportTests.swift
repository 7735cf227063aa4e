import Glibc
import Testing

@testable import TestSupport

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
        await #expect(throws: ManagedProcess.StillRunning.self) {
            try await staying.waitForExit(within: .milliseconds(50))
        }
        await #expect(throws: NeverHappened.self) { try await eventually(within: .milliseconds(50), "never") { false } }
    }

    @Test("a process takes no descriptor of the tests along, and no port with it")
    func descriptors() async throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        let process = try ManagedProcess.start("ls", arguments: ["/proc/self/fd"])
        #expect(try await process.waitForExit() == .code(0))
        // The fourth is the folder that is listed.
        #expect(process.log.split(separator: "\n") == ["0", "1", "2", "3"])
    }

    @Test("a server waits for a port that somebody holds for a moment, and what else ends it is told")
    func heldPort() async throws {
        let (listener, port) = try ScriptedServer.listen(backlog: 1)
        Task {
            try await letTimePass(.seconds(1), because: "the port is held that long")
            close(listener)
        }
        let certificate = try await TestCertificate()
        let server = try await RedisServer.start(certificate.redisSettings(port: port))
        #expect(server.isRunning)
        let error = await #expect(throws: RedisServer.CannotStart.self) { try await RedisServer.start(["nonsense 1"]) }
        #expect(error?.log.contains("nonsense") == true)
    }

    @Test("ports are given out once")
    func ports() throws {
        let ports = try (0..<100).map { _ in try FreePort.next() }
        #expect(Set(ports).count == 100)
    }

    /// Where commands end, as offsets of their last bytes.
    private func ends(_ bytes: some Sequence<UInt8>) -> [Int] {
        var counter = CommandCounter()
        return bytes.enumerated().filter { counter.consume($0.element) }.map(\.offset)
    }

    @Test("commands are counted by their lengths, whatever their strings hold")
    func commands() {
        let ping = "*1\r\n$4\r\nPING\r\n"
        let set = "*3\r\n$3\r\nSET\r\n$0\r\n\r\n$14\r\n*1\r\n$4\r\nPING\r\n\r\n"
        #expect(ends((ping + set + ping).utf8) == [13, 13 + set.utf8.count, 27 + set.utf8.count])
        #expect(ends(set.utf8.dropLast()).isEmpty)
    }

    @Test(
        "bytes that are no Redis protocol are counted as nothing, and crash nothing",
        arguments: [
            "*" + String(repeating: "9", count: 40) + "\r\n", "*1\r\n$" + String(repeating: "9", count: 40) + "\r\n",
            "*1\r\n$-9223372036854775808\r\n", "*9223372036854775807\r\n$9223372036854775807\r\n",
            "GET / HTTP/1.1\r\n\r\n", "\n\n\n",
            "\0\0\0\u{8}\u{4}\u{d2}\u{16}/", "*1\r\n+PING\r\n", "*536870913\r\n",
        ])
    func nonsense(_ text: String) {
        #expect(ends((text + "*1\r\n$4\r\nPING\r\n").utf8).isEmpty)
    }

    @Test("whatever bytes come, it does not crash")
    func anyBytes() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("*$0123456789\r\n-x".utf8)
        for _ in 0..<2_000 {
            let bytes = (0..<200).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
            #expect(ends([UInt8(ascii: "*")] + bytes).count <= 67)
        }
    }
}
