/// Does the work of one kind of job.
///
/// A handler is a value with the services it needs; the worker registers one per kind. `run` may be called again for
/// the same job (after an error, a crash, or an operator's retry), at the same time in no other live process.
public protocol JobHandler<Kind>: Sendable {
    /// The kind of job it runs.
    associatedtype Kind: Job

    /// Does the job. Throw a ``JobFailure`` to choose what follows.
    ///
    /// Effects in PostgreSQL take place exactly once when they are committed in one transaction with
    /// ``JobContext/completion``; without it, the engine completes the job after `run` returns.
    func run(_ job: Kind, in context: JobContext) async throws

    /// Finds out whether an attempt whose process died has had its effect. Called before ``run(_:in:)``, under the same
    /// time limit, for kinds whose ``Job/crashPolicy`` is ``CrashPolicy/verify``. An error counts like one of `run`.
    func verify(_ job: Kind, in context: JobContext) async throws -> Verification
}

extension JobHandler {
    /// Can't tell.
    public func verify(_ job: Kind, in context: JobContext) async throws -> Verification {
        .unknown("the handler of \(Kind.name) has no way to verify it")
    }
}
