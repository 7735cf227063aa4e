import Bootstrap
import Synchronization
import Threading

/// Hashes and checks passwords on a few threads of its own.
///
/// Logins then queue up behind each other and never in front of other requests: the threads are few and of low priority, and the
/// queue is bounded. What does not fit is refused at once (``Problem/busy``) instead of piling up.
final class PasswordHasher: Sendable {
    private let threads: [HashingThread]
    private let waiting = Mutex<[Int]>([])
    private let capacity: Int
    private let cost: Int
    /// A hash nobody knows the password of, checked when there is no account, so that both answers take as long.
    private let dummy: String

    /// - Parameters:
    ///   - cost: bcrypt's work factor, 4…31; 12 takes a quarter of a second.
    ///   - threads: how many passwords are hashed at the same time.
    ///   - capacity: how many may wait or run altogether.
    /// Throws when libcrypt does not know bcrypt.
    init(cost: Int, threads: Int, capacity: Int = 128) throws(PasswordHasherUnavailable) {
        guard let dummy = BCrypt.hash(RandomToken.make(), cost: cost) else { throw PasswordHasherUnavailable() }
        self.cost = cost
        self.capacity = capacity
        self.dummy = dummy
        self.threads = (0..<threads).map { HashingThread(name: "bcrypt-\($0)") }
        waiting.withLock { $0 = Array(repeating: 0, count: threads) }
    }

    /// Hash for a new password of ``BCrypt/passwordBytes``.
    func hash(_ password: String) async throws -> String {
        let cost = cost
        guard let hash = try await run({ BCrypt.hash(password, cost: cost) }) else { throw PasswordHasherUnavailable() }
        return hash
    }

    /// Whether the password belongs to the hash; with no hash false, after the same time.
    func verify(_ password: String, against hash: String?) async throws -> Bool {
        let reference = hash ?? dummy
        return try await run { BCrypt.verify(password, against: reference) } && hash != nil
    }

    /// Lets the threads end after what they are doing.
    func stop() { for thread in threads { thread.stop() } }

    private func run<Value: Sendable>(_ work: @Sendable () -> Value) async throws(Problem) -> Value {
        let chosen = waiting.withLock { load -> Int? in
            guard load.reduce(0, +) < capacity, let least = load.indices.min(by: { load[$0] < load[$1] }) else { return nil }
            load[least] += 1
            return least
        }
        guard let chosen else { throw .busy }
        defer { waiting.withLock { $0[chosen] -= 1 } }
        return await threads[chosen].run(work)
    }
}
