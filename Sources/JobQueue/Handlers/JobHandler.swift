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
    ///
    /// - Throws: Nothing.
    public func verify(_ job: Kind, in context: JobContext) async throws -> Verification {
        .unknown("the handler of \(Kind.name) has no way to verify it")
    }
}

/// A hook around every run of a handler: for what all kinds have in common.
///
///     struct Slowness: JobInterceptor {
///         func intercept(_ context: JobContext, next: @Sendable () async throws -> Void) async throws {
///             let began = ContinuousClock.now
///             try await next()
///             if .now - began > .seconds(10) { context.logger.notice("a slow job") }
///         }
///     }
public protocol JobInterceptor: Sendable {
    /// Runs around one attempt and must call `next` once to go on to the handler. What it throws counts as the
    /// attempt's failure, so it should hand on what `next` throws.
    func intercept(_ context: JobContext, next: @Sendable () async throws -> Void) async throws
}

extension ArraySlice where Element == any JobInterceptor {
    /// The first one is the outermost.
    func run(_ context: JobContext, _ body: @escaping @Sendable () async throws -> Void) async throws {
        guard let first else { return try await body() }
        let rest = dropFirst()
        try await first.intercept(context) { try await rest.run(context, body) }
    }
}
