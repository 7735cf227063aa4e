import Foundation
import OutboundHTTP
import Postgres
import Synchronization
import TestSupport
import Testing

@Suite("SIGTERM breaks no request and loses no job", .serialized)
struct ShutdownTests {
    @Test("a shutdown under load breaks no request and loses no job")
    func underLoad() async throws {
        try await Shop.open { shop in
            let (sandbox, api, worker) = try await shop.startAll()
            let products = try await shop.products(limit: 5)
            for product in products { try await shop.setStock(of: product, to: 1000) }
            try await shop.misbehave(#"{"latency_ms": 100}"#)
            let results = LoadResults()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in 0..<16 {
                    group.addTask {
                        while true {
                            do {
                                let answer = try await shop.order(products[client % 5], wait: client % 2 == 0 ? 5 : nil)
                                let isGood = [200, 201, 202, 409, 503].contains(answer.status)
                                if isGood { results.addAnswer() } else { results.addBroken(answer.text) }
                            } catch let error as OutboundError {
                                // After SIGTERM a new connection may be refused; one that was accepted must get its
                                // answer.
                                if error.certainty == .notSent && results.isStopping { return }
                                results.addBroken("\(error)")
                                return
                            }
                        }
                    }
                }
                try await eventually(within: .seconds(30), "the load runs") { results.answered >= 50 }
                results.stop()
                api.terminate()
                worker.terminate()
                #expect(try await api.waitForExit(within: .seconds(30)) == .code(0))
                #expect(try await worker.waitForExit(within: .seconds(30)) == .code(0))
                try await group.waitForAll()
            }
            #expect(results.broken == [])
            // No attempt was used up and nothing crashed; the next worker finishes what is left.
            let crashes: Int = try await shop.database.pool.query(
                "SELECT coalesce(max(crashes), 0)::bigint AS crashes FROM jobs")[0][
                    "crashes"]
            #expect(crashes == 0)
            let next = try await shop.startWorker()
            try await shop.behave()
            try await shop.waitUntilSettled(within: .seconds(60))
            try await shop.checkEverythingAddsUp()
            withExtendedLifetime((sandbox, next)) {}
        }
    }
}

/// What the clients of a load saw.
private final class LoadResults: Sendable {
    private struct State {
        var answered = 0
        var broken: [String] = []
        var isStopping = false
    }
    private let state = Mutex(State())

    var answered: Int { state.withLock { $0.answered } }
    var broken: [String] { state.withLock { $0.broken } }
    var isStopping: Bool { state.withLock { $0.isStopping } }
    func addAnswer() { state.withLock { $0.answered += 1 } }
    func addBroken(_ what: String) { state.withLock { $0.broken.append(what) } }
    func stop() { state.withLock { $0.isStopping = true } }
}
