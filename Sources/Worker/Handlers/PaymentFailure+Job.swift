import Domain
import JobQueue

extension PaymentFailure {
    /// What a failed call to the payment provider means for the job that made it.
    var jobFailure: JobFailure {
        switch disposition {
        case .retrySameKey(after: .some(let wait)): .snooze(wait, description)
        case .retrySameKey(after: .none), .settle, .readBack: .transient(description)
        // Every job would fail alike until somebody mends the settings: wait, without using up attempts.
        case .openCircuit: .snooze(.seconds(30), description)
        case .deadLetter: .permanent(code: code, description)
        }
    }
}
