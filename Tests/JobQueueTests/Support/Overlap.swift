import Synchronization
import TestSupport

/// Counts how many handlers work at the same time.
final class Overlap: Sendable {
    private let counts = Mutex((now: 0, most: 0))

    /// How many work now.
    var now: Int { counts.withLock { $0.now } }

    /// How many have worked at once since the last ``forget()``, at most.
    var most: Int { counts.withLock { $0.most } }

    func forget() { counts.withLock { $0.most = 0 } }

    /// What a handler does.
    func work() async throws {
        counts.withLock { counts in
            counts.now += 1
            counts.most = max(counts.most, counts.now)
        }
        defer { counts.withLock { $0.now -= 1 } }
        try await letTimePass(.milliseconds(20), because: "jobs that run together must meet")
    }
}
