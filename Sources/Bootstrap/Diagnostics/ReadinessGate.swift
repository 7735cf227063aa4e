package import ServiceLifecycle

/// A service that begins when the servers have been found usable.
package struct ReadinessGate: Service {
    let status: ServerStatus
    let base: any Service

    /// - Parameter base: is never run when shutdown begins before.
    package init(_ status: ServerStatus, _ base: any Service) {
        self.status = status
        self.base = base
    }

    package func run() async throws {
        let isUsable = await cancelWhenGracefulShutdown { await status.waitUntilUsable() }
        if isUsable { try await base.run() }
    }
}
