import Domain
import JobQueue

/// Calls that wait for their turn where the provider, or the shop's own limit, says how long. A comparison makes
/// thousands of them, and would never come to its end if it began again each time that it went too fast.
enum RetryingCalls {
    /// How often one call waits, and for how long at most.
    private static let turns = 20
    private static let longest: Duration = .seconds(10)

    /// - Throws: ``JobFailure``, `CancellationError`.
    static func run<Value>(_ call: () async throws(PaymentFailure) -> Value) async throws -> Value {
        var left = turns
        while true {
            do {
                return try await call()
            } catch {
                guard left > 0, case .retrySameKey(after: .some(let wait)) = error.disposition, wait <= longest else {
                    throw error.jobFailure
                }
                left -= 1
                try await Task.sleep(for: max(wait, .milliseconds(20)))
            }
        }
    }

    /// The same for what may not be there: `nil` when the provider knows of no such thing.
    static func find<Value>(_ call: () async throws(PaymentFailure) -> Value) async throws -> Value? {
        try await run { () throws(PaymentFailure) -> Value? in
            do throws(PaymentFailure) {
                return try await call()
            } catch .notFound {
                return nil
            } catch {
                throw error
            }
        }
    }
}
