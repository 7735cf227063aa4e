/// A hook around every run of a handler: for traces, metrics and what all kinds have in common.
///
///     struct Tracing: JobInterceptor {
///         func intercept(_ context: JobContext, next: @Sendable () async throws -> Void) async throws {
///             try await withSpan("job \(context.name)") { _ in try await next() }
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
