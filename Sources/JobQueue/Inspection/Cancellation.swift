/// What became of a wish to cancel a job.
public enum Cancellation: String, Sendable, Hashable {
    /// It waited and will not run any more.
    case discarded
    /// It runs; its worker process ends it.
    case requested
}
