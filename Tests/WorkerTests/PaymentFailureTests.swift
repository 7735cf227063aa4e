import Domain
import JobQueue
import Testing

@testable import Worker

@Suite("What a provider's failure means for the job")
struct PaymentFailureTests {
    @Test("a provider that asks for no wait at all is still given a second")
    func noHotLoop() {
        let zero = PaymentFailure.rateLimited(retryAfter: .zero)
        #expect(zero.jobFailure == .snooze(.seconds(1), zero.description))
        let seven = PaymentFailure.rateLimited(retryAfter: .seconds(7))
        #expect(seven.jobFailure == .snooze(.seconds(7), seven.description))
    }
}
