import Domain
import JobQueue
import Synchronization
import Testing

@testable import Worker

@Suite("A comparison waits for its turn at the provider", .timeLimit(.minutes(1)))
struct RetryingCallsTests {
    /// Fails as it is told, and then answers.
    private final class Provider: Sendable {
        private let failures: Mutex<[PaymentFailure]>
        private let made = Mutex(0)

        init(_ failures: [PaymentFailure]) { self.failures = Mutex(failures) }

        var calls: Int { made.withLock { $0 } }

        func answer() throws(PaymentFailure) -> Int {
            made.withLock { $0 += 1 }
            if let failure = failures.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { throw failure }
            return 7
        }
    }

    @Test("as long as the provider says how long, it asks again")
    func waits() async throws {
        let provider = Provider([
            .rateLimited(retryAfter: .milliseconds(1)), .unavailable(retryAfter: .milliseconds(1), .turn),
        ])
        #expect(try await RetryingCalls.run { () throws(PaymentFailure) in try provider.answer() } == 7)
        #expect(provider.calls == 3)
    }

    @Test(
        "what no waiting helps ends it at once",
        arguments: [
            PaymentFailure.rateLimited(retryAfter: .seconds(60)), .notSent("the network is down"),
            .outcomeUnknown("lost"),
            .configuration("key"),
        ])
    func ends(failure: PaymentFailure) async throws {
        let provider = Provider([failure])
        let thrown = await #expect(throws: JobFailure.self) {
            try await RetryingCalls.run { () throws(PaymentFailure) in try provider.answer() }
        }
        #expect(thrown == failure.jobFailure)
        #expect(provider.calls == 1)
    }

    @Test("patience ends, and what is not there is nothing")
    func limits() async throws {
        let busy = Provider(Array(repeating: .rateLimited(retryAfter: .zero), count: 100))
        await #expect(throws: JobFailure.self) {
            try await RetryingCalls.run { () throws(PaymentFailure) in try busy.answer() }
        }
        #expect(busy.calls == 21)
        let missing = Provider([.notFound])
        #expect(try await RetryingCalls.find { () throws(PaymentFailure) in try missing.answer() } == nil)
    }
}
