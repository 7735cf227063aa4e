import Logging
import Testing

@testable import Bootstrap

@Suite("Waiting for a server is said, and not all the time")
struct StartupRetryTests {
    private struct Away: Error {}
    private let log = RecordedLog()

    /// Succeeds at the sixth attempt.
    private func wait(_ change: (inout StartupRetry) -> Void = { _ in }) async throws -> Int {
        var patience = StartupRetry(server: "Redis", setting: "REDIS_URL", logger: log.logger, pause: .milliseconds(1))
        change(&patience)
        var attempts = 0
        return try await patience.wait {
            attempts += 1
            if attempts < 6 { throw Away() }
            return attempts
        }
    }

    @Test("at once, and when it is over")
    func once() async throws {
        #expect(try await wait() == 6)
        #expect(log.messages(.warning).count == 1)
        #expect(
            log.messages(.warning)[0].contains(
                "waiting for Redis; is it running, and is its address in REDIS_URL right?"))
        #expect(log.messages(.warning)[0].contains("Away()"))
        #expect(log.messages(.notice).count == 1)
    }

    @Test("again after a while")
    func again() async throws {
        #expect(try await wait { $0.silence = .zero } == 6)
        #expect(log.messages(.warning).count == 5)
    }

    @Test("not at all for one that answers at once, nor for one that no waiting will change")
    func never() async throws {
        let patience = StartupRetry(server: "Redis", setting: "REDIS_URL", logger: log.logger)
        #expect(try await patience.wait { 1 } == 1)
        await #expect(throws: StartupError("no")) { try await patience.wait { throw StartupError("no") } }
        #expect(log.messages(.warning) == [])
        #expect(log.messages(.notice) == [])
    }
}
