import Domain
import JobQueue

extension PaymentFailure {
    /// What a failed call to the payment provider means for the job that made it.
    var jobFailure: JobFailure {
        if case .unavailable(let wait, _) = self { return .snooze(.waitingTurn(wait), description) }
        return switch disposition {
        // Snoozes use up no attempts, so a provider that says "at once" must not be asked without end.
        case .retrySameKey(after: .some(let wait)): .snooze(max(.seconds(1), wait), description)
        case .retrySameKey(after: .none), .settle, .readBack: .transient(description)
        // Every job would fail alike until somebody mends the settings: wait, without using up attempts.
        case .openCircuit: .snooze(.seconds(30), description)
        case .deadLetter: .permanent(code: code, description)
        }
    }
}
