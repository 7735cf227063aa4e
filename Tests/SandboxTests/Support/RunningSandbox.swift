import FoundationEssentials
import Logging
import ServiceLifecycle

@testable import Sandbox

/// A sandbox running in the test's own process, on ports of its own.
struct RunningSandbox: Sendable {
    let urls: SandboxURLs

    /// Starts one, runs the body against it and stops it.
    static func run<Value: Sendable>(
        data: String? = nil, latency: Int = 0, settings change: (inout SandboxSettings) -> Void = { _ in },
        _ body: @escaping @Sendable (RunningSandbox) async throws -> Value
    ) async throws -> Value {
        var settings = SandboxSettings()
        (settings.port, settings.smtpPort, settings.dataDirectory, settings.latencyMilliseconds) = (0, 0, data, latency)
        change(&settings)
        let (ready, signal) = AsyncStream.makeStream(of: SandboxURLs.self)
        var logger = Logger(label: "sandbox-tests")
        logger.logLevel = Logger.Level.critical
        let group = try SandboxServer(settings: settings, logger: logger) { urls in
            signal.yield(urls)
            signal.finish()
        }.group()
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                // Ends the wait below when the servers cannot start.
                defer { signal.finish() }
                try await group.run()
            }
            var addresses: SandboxURLs?
            for await urls in ready { addresses = urls }
            guard let addresses else {
                try await tasks.waitForAll()
                throw NotStarted()
            }
            let result: Result<Value, any Error>
            do {
                result = .success(try await body(RunningSandbox(urls: addresses)))
            } catch {
                result = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return try result.get()
        }
    }

    struct NotStarted: Error {}
}

/// A directory that is gone after the body.
func withTemporaryDirectory<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let path = FileManager.default.temporaryDirectory.path + "/sandbox-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}
