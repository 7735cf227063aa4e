import Synchronization

/// What a process knows of its servers: whether they were found usable at start, and what is dangerous about them
/// since.
package final class ServerStatus: Sendable {
    private struct State {
        var isUsable = false
        var dangers: [Diagnostic] = []
        var waiters: [AsyncStream<Void>.Continuation] = []
    }

    private let state = Mutex(State())

    /// Of servers that have not been checked yet.
    package init() {}

    /// Whether the checks of the start have passed. Stays so whatever becomes of the servers.
    package var isUsable: Bool { state.withLock { $0.isUsable } }

    /// What was found at the latest look and could lose jobs.
    package var dangers: [Diagnostic] { state.withLock { $0.dangers } }

    /// Returns true once the checks have passed, false when the task is canceled before.
    package func waitUntilUsable() async -> Bool {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let isUsable = state.withLock { state in
            if !state.isUsable { state.waiters.append(continuation) }
            return state.isUsable
        }
        if !isUsable { for await _ in stream {} }
        return self.isUsable
    }

    /// The checks have passed.
    package func becameUsable() {
        let waiters = state.withLock { state in
            state.isUsable = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.finish() }
    }

    /// A look at the servers found these, and nothing else that could lose jobs.
    package func found(_ dangers: [Diagnostic]) {
        state.withLock { $0.dangers = dangers }
    }
}

/// A version of a server, as far as it matters: `7.0` of `7.0.15`.
package struct ServerVersion: Comparable, Sendable, CustomStringConvertible {
    /// PostgreSQL must be at least this new.
    package static let oldestPostgres = ServerVersion(major: 14, minor: 0)
    /// Redis must be at least this new: LMOVE and BLMOVE, with which jobs are claimed, came with it.
    package static let oldestRedis = ServerVersion(major: 6, minor: 2)

    package let major: Int
    package let minor: Int

    package init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads the first two numbers; `nil` when the text does not begin with one.
    package init?(_ text: String) {
        let parts = text.split(separator: ".").map { Int($0.prefix { $0.isNumber }) }
        guard let first = parts.first, let major = first else { return nil }
        self.major = major
        minor = parts.dropFirst().first.flatMap(\.self) ?? 0
    }

    /// Reads PostgreSQL's `server_version_num`: 150004 is 15.4.
    package init(postgresNumber number: Int) {
        self.init(major: number / 10_000, minor: number % 10_000)
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    package var description: String { "\(major).\(minor)" }
}
