/// How an attempt's handler has ended.
struct AttemptResult: Sendable {
    let outcome: AttemptOutcome
    let completion: JobCompletion
    /// How long the handler ran.
    let duration: Duration
    /// The handler's task was cancelled to stop it.
    var wasStopped = false

    /// Carries out what records the ending. A task that was cancelled to stop its handler would cancel everything that
    /// it awaits from here on; then another one does it, and is waited for right here.
    func record<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value {
        if wasStopped { await Task { await body() }.value } else { await body() }
    }
}
