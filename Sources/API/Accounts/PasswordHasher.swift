import Bootstrap
import Synchronization
import Threading

#if canImport(Glibc)
    import Glibc
#endif

/// For whom a password is hashed.
struct HashingClient: Sendable {
    let purpose: HashingQueue.Purpose
    /// Whose requests take turns with others'.
    let address: String
    /// Tells when the client has hung up and does not wait for the answer.
    var connection: ClientConnection?
}

/// Hashes and checks passwords on a few threads of its own.
///
/// Logins wait for each other and never in front of other requests: the threads are few and of low priority, and the
/// queue is fair between clients and bounded (``HashingQueue``). What does not fit is refused at once instead of piling
/// up, and who hangs up leaves the queue.
final class PasswordHasher: Sendable {
    private struct State {
        var queue: HashingQueue
        /// Threads with nothing to do.
        var idle: [Int]
        /// Tickets of those who are on their way to the queue.
        var arriving: Set<Int> = []
        var waiting: [Int: CheckedContinuation<Int, any Error>] = [:]
        var tickets = 0
    }

    private let threads: [HashingThread]
    private let state: Mutex<State>
    private let cost: Int
    /// A hash of an unknown password, checked when there is no account, so that both answers take as long.
    private let dummy: String

    /// - Parameters:
    ///   - cost: bcrypt's work factor, 4…31; 12 takes a quarter of a second.
    ///   - threads: how many passwords are hashed at the same time.
    ///   - capacity: how many may wait for each purpose.
    ///   - perClient: how many of one client.
    /// Throws when libcrypt does not know bcrypt.
    init(cost: Int, threads: Int, capacity: Int = 128, perClient: Int = 8) throws(PasswordHasherUnavailable) {
        guard let dummy = BCrypt.hash(RandomToken.make(), cost: cost) else { throw PasswordHasherUnavailable() }
        self.cost = cost
        self.dummy = dummy
        self.threads = (0..<threads).map { HashingThread(name: "bcrypt-\($0)") }
        state = Mutex(State(queue: HashingQueue(capacity: capacity, perClient: perClient), idle: Array(0..<threads)))
    }

    /// Hash for a new password of ``BCrypt/passwordBytes``.
    func hash(_ password: String, for client: HashingClient) async throws -> String {
        let cost = cost
        guard let hash = try await run(client, { BCrypt.hash(password, cost: cost) }) else {
            throw PasswordHasherUnavailable()
        }
        return hash
    }

    /// Whether the password belongs to the hash; with no hash false, after the same time.
    func verify(_ password: String, against hash: String?, for client: HashingClient) async throws -> Bool {
        let reference = hash ?? dummy
        return try await run(client) { BCrypt.verify(password, against: reference) } && hash != nil
    }

    /// How many wait.
    var waiting: Int { state.withLock { $0.queue.count } }

    /// Whether all threads have something to do.
    var isBusy: Bool { state.withLock { $0.idle.isEmpty } }

    /// Lets the threads end after what they are doing.
    func stop() { for thread in threads { thread.stop() } }

    /// Does other work in the place of a hash.
    func run<Value: Sendable>(_ client: HashingClient, _ work: @Sendable () -> Value) async throws -> Value {
        let thread = try await turn(of: client)
        defer { passOn(thread) }
        return await threads[thread].run(work)
    }

    /// Waits for a thread. Throws a ``Problem`` when there is no place to wait in, or the client has hung up.
    private func turn(of client: HashingClient) async throws -> Int {
        let ticket = state.withLock { state in
            state.tickets += 1
            state.arriving.insert(state.tickets)
            return state.tickets
        }
        client.connection?.whenHungUp { [weak self] in self?.leave(ticket) }
        defer { client.connection?.forget() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { arrive(ticket, client, $0) }
        } onCancel: {
            leave(ticket)
        }
    }

    private func arrive(_ ticket: Int, _ client: HashingClient, _ continuation: CheckedContinuation<Int, any Error>) {
        let (answer, displaced): (Result<Int, any Error>?, CheckedContinuation<Int, any Error>?) = state.withLock {
            state in
            guard state.arriving.remove(ticket) != nil else { return (.failure(Problem.clientGone), nil) }
            if let thread = state.idle.popLast() { return (.success(thread), nil) }
            switch state.queue.add(ticket, for: client.purpose, of: client.address) {
            case .waits:
                state.waiting[ticket] = continuation
                return (nil, nil)
            case .displaces(let other):
                state.waiting[ticket] = continuation
                return (nil, state.waiting.removeValue(forKey: other))
            case .clientIsFull: return (.failure(Problem.tooManyWaiting), nil)
            case .isFull: return (.failure(Problem.busy), nil)
            }
        }
        if let answer { continuation.resume(with: answer) }
        displaced?.resume(throwing: Problem.tooManyWaiting)
    }

    private func leave(_ ticket: Int) {
        let continuation = state.withLock { state in
            state.arriving.remove(ticket)
            guard state.queue.remove(ticket) else { return CheckedContinuation<Int, any Error>?.none }
            return state.waiting.removeValue(forKey: ticket)
        }
        continuation?.resume(throwing: Problem.clientGone)
    }

    /// Gives a thread to the next in the queue.
    private func passOn(_ thread: Int) {
        let continuation = state.withLock { state in
            guard let ticket = state.queue.next(), let continuation = state.waiting.removeValue(forKey: ticket) else {
                state.idle.append(thread)
                return CheckedContinuation<Int, any Error>?.none
            }
            return continuation
        }
        continuation?.resume(returning: thread)
    }
}

/// One thread that hashes passwords, one after another, and yields to everything else.
actor HashingThread {
    private let executor: ThreadExecutor
    private var isNiced = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(name: String) { executor = ThreadExecutor(name: name) }

    nonisolated func stop() { executor.stop() }

    func run<Value: Sendable>(_ work: @Sendable () -> Value) -> Value {
        lowerPriority()
        return work()
    }

    /// A login may take longer on a busy machine; a product page may not.
    private func lowerPriority() {
        guard !isNiced else { return }
        isNiced = true
        #if os(Linux)
            // On Linux this is about the calling thread alone, see setpriority(2), "C library/kernel differences".
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
        #endif
    }
}

/// The system's libcrypt cannot hash with bcrypt.
struct PasswordHasherUnavailable: Error, CustomStringConvertible {
    var description: String { "libcrypt cannot hash passwords with bcrypt ($2b$). Install libxcrypt 4 or later." }
}
