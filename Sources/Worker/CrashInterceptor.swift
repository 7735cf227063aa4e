import CrashPoints
import JobQueue

/// The crash points around a whole job. Programs built for release don't have it.
struct CrashInterceptor: JobInterceptor {
    /// What a worker puts around its handlers.
    static var installed: [any JobInterceptor] {
        #if DEBUG
            [CrashInterceptor()]
        #else
            []
        #endif
    }

    func intercept(_ context: JobContext, next: @Sendable () async throws -> Void) async throws {
        CrashPoint.pass(.jobClaimed, of: context.name)
        try await next()
        CrashPoint.pass(.jobFinished, of: context.name)
    }
}
