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
    var pause = Duration.milliseconds(5)
    while true {
        if let answer = try await probe() { return answer }
        guard ContinuousClock.now < deadline else { throw NeverHappened(what: what(), patience: patience) }
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(50))
    }
}

/// Asks again and again until the condition holds; see ``eventually(within:_:get:)``.
package func eventually(
    within patience: Duration = .seconds(5), _ what: @autoclosure () -> String, until condition: () async throws -> Bool
) async throws {
    try await eventually(within: patience, what()) { try await condition() ? true : nil }
}
