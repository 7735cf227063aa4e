import JobQueue
import Testing

@Suite("Retries back off, with jitter, inside the published bounds")
struct RetryPolicyTests {
    private let policy = RetryPolicy.exponential(attempts: 6, from: .seconds(2), to: .seconds(20))

    @Test("delays lie inside their bounds", arguments: zip([1, 2, 3, 4, 5], [2, 4, 8, 16, 20]))
    func bounds(attempt: Int, seconds: Int) {
        #expect(policy.delayBounds(after: attempt) == (.seconds(seconds) / 2)...(.seconds(seconds)))
    }

    @Test("jitter spreads over the whole range")
    func jitterSpreadsOverTheWholeRange() throws {
        var random = SystemRandomNumberGenerator()
        let delays = try (0..<1000).map { _ in try #require(policy.delay(after: 3, random: &random)) }
        let bounds = policy.delayBounds(after: 3)
        #expect(delays.allSatisfy(bounds.contains))
        let spread = bounds.upperBound - bounds.lowerBound
        #expect(try #require(delays.max()) - #require(delays.min()) > spread * 0.9)
    }

    @Test("the last attempt has no successor")
    func theLastAttemptHasNoSuccessor() {
        var random = SystemRandomNumberGenerator()
        #expect(policy.delay(after: 6, random: &random) == nil)
        #expect(RetryPolicy.never.delay(after: 1, random: &random) == nil)
    }

    @Test("a huge attempt number does not overflow")
    func aHugeAttemptNumberDoesNotOverflow() {
        let endless = RetryPolicy.exponential(attempts: .max, from: .seconds(1), to: .minutes(15))
        #expect(endless.delayBounds(after: 1_000_000).upperBound == .minutes(15))
    }
}
