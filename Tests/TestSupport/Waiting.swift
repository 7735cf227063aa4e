import Foundation

/// Thrown by ``eventually(within:_:until:)``.
package struct NeverHappened: Error, CustomStringConvertible {
    /// What was waited for.
    package let what: String
    /// How long.
    package let patience: Duration

    /// What did not happen in which time.
    package var description: String { "did not happen within \(patience): \(what)" }
}

/// Asks again and again until the answer is there, and returns it. For what happens elsewhere and gives no signal.
///
/// - Parameters:
///   - patience: how long to ask before giving up. Take several times what it should need: it costs nothing when all is
///     well.
///   - what: for the error, such as "the order is confirmed"; made when it is needed.
///   - probe: asked every 5 to 50 ms; nil means not yet. What it throws ends the wait.
/// - Throws: ``NeverHappened``, or what `probe` throws.
@discardableResult
package func eventually<Answer>(
    within patience: Duration = .seconds(5), _ what: @autoclosure () -> String, get probe: () async throws -> Answer?
) async throws -> Answer {
    let deadline = ContinuousClock.now + patience
    var interval = Duration.milliseconds(5)
    while true {
        if let answer = try await probe() { return answer }
        guard ContinuousClock.now < deadline else { throw NeverHappened(what: what(), patience: patience) }
        try await Task.sleep(for: interval)
        interval = min(interval * 2, .milliseconds(50))
    }
}

/// Asks again and again until the condition holds; see ``eventually(within:_:get:)``.
package func eventually(
    within patience: Duration = .seconds(5), _ what: @autoclosure () -> String, until condition: () async throws -> Bool
) async throws {
    try await eventually(within: patience, what()) { try await condition() ? true : nil }
}

/// Asks again and again until the condition holds, and blocks its thread meanwhile: for tests that read and write
/// sockets on a thread of their own.
///
/// - Throws: ``NeverHappened``, or what `condition` throws.
package func blockThread(
    within patience: Duration = .seconds(5), _ what: @autoclosure () -> String, until condition: () throws -> Bool
) throws {
    let deadline = ContinuousClock.now + patience
    while try !condition() {
        guard ContinuousClock.now < deadline else { throw NeverHappened(what: what(), patience: patience) }
        usleep(1000)
    }
}

/// Lets time pass because the time itself is what the test is about: an outage that lasts, a handler that is busy, a
/// load with a rate.
///
/// What becomes true elsewhere is waited for with ``eventually(within:_:until:)`` or a signal instead. `make lint`
/// refuses any other sleep in Tests, so that each has its reason.
///
/// - Throws: `CancellationError` when the task is canceled first.
package func letTimePass(_ time: Duration, because reason: StaticString) async throws {
    try await Task.sleep(for: time)
}

/// Lets time pass until a moment; see ``letTimePass(_:because:)``.
package func letTimePass(until moment: ContinuousClock.Instant, because reason: StaticString) async throws {
    try await Task.sleep(until: moment, clock: .continuous)
}

/// Lets time pass on a thread of the test's own; see ``letTimePass(_:because:)``.
package func blockThread(for time: Duration, because reason: StaticString) {
    usleep(UInt32(time / .microseconds(1)))
}
