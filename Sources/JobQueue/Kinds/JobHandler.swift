/// Does the work of one kind of job.
///
/// A handler is a value with the services it needs; the worker registers one per kind. `run` may be called again for the same job
/// (after an error, a crash, or an operator's retry), at the same time in no other live process.
public protocol JobHandler<Kind>: Sendable {
    /// The kind of job it runs.
    associatedtype Kind: Job

    /// Does the job. Throw a ``JobFailure`` to choose what follows.
    ///
    /// Effects in PostgreSQL take place exactly once when they are committed in one transaction with
    /// ``JobContext/completion``; without it, the engine completes the job after `run` returns.
    func run(_ job: Kind, in context: JobContext) async throws
}
