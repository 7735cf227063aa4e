import Foundation
import Synchronization
import Threading

/// A child process that a test may stop, pause and kill. It is killed when nobody holds this object any more, and when
/// the test process exits.
///
///     let worker = try ManagedProcess.start(path, environment: ["DATABASE_URL": url])
///     worker.kill()
///     let exit = try await worker.waitForExit()              // .signal(9)
package final class ManagedProcess: Sendable {
    /// How a process ended.
    package enum Exit: Sendable, Equatable {
        /// It ended itself with this status.
        case code(Int32)
        /// This signal ended it.
        case signal(Int32)
    }

    /// It could not be started.
    package struct CannotStart: Error, CustomStringConvertible {
        /// The executable.
        package let executable: String
        /// From posix_spawn(3).
        package let error: Int32
        /// Path and reason.
        package var description: String { "cannot start \(executable): \(String(cString: strerror(error)))" }
    }

    /// It did not end in time.
    package struct StillRunning: Error {}

    private struct State {
        var exit: Exit?
        var waiters: [Int: CheckedContinuation<Exit?, Never>] = [:]
        var nextWaiter = 0
    }

    /// The process id.
    package let processID: Int32
    /// The file that holds its standard output and error.
    package let logFile: String
    private let ownsLog: Bool
    private let state = Mutex(State())

    /// Starts an executable.
    /// - Parameters:
    ///   - executable: a path, or a name to look for in `PATH`.
    ///   - arguments: without the name of the executable.
    ///   - environment: added to this process' own, or replacing variables of it.
    ///   - logFile: gets standard output and error, appended; nil for a temporary file that goes with this object.
    package static func start(
        _ executable: String, arguments: [String] = [], environment: [String: String] = [:], logFile: String? = nil
    ) throws(CannotStart) -> ManagedProcess {
        let log = logFile ?? "\(NSTemporaryDirectory())/cartwright-test-\(UUID().uuidString).log"
        let merged = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        var processID = pid_t()
        let status = Spawn.start(executable, arguments, merged.map { "\($0)=\($1)" }, log, &processID)
        guard status == 0 else {
            if logFile == nil { unlink(log) }
            throw CannotStart(executable: executable, error: status)
        }
        return ManagedProcess(processID: processID, logFile: log, ownsLog: logFile == nil)
    }

    private init(processID: pid_t, logFile: String, ownsLog: Bool) {
        self.processID = processID
        self.logFile = logFile
        self.ownsLog = ownsLog
        Orphans.add(processID)
        _ = OSThread.start(name: "wait-\(processID)") { [weak self] in
            var info = siginfo_t()
            // Without reaping, so that the id stays ours until `ended` has the lock and no signal can hit a stranger.
            while waitid(P_PID, id_t(processID), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
            if let self { self.ended() } else { _ = Self.reap(processID) }
        }
    }

    deinit {
        if state.withLock({ $0.exit == nil }) { Glibc.kill(processID, SIGKILL) }
        if ownsLog { unlink(logFile) }
    }

    /// Whether it has not ended yet.
    package var isRunning: Bool { state.withLock { $0.exit == nil } }

    /// Everything it has written so far.
    package var log: String { (try? String(contentsOfFile: logFile, encoding: .utf8)) ?? "" }

    /// SIGTERM: asks it to end.
    package func terminate() { signal(SIGTERM) }

    /// SIGKILL: ends it on the spot.
    package func kill() { signal(SIGKILL) }

    /// SIGSTOP: it stands still, its connections stay open.
    package func pause() { signal(SIGSTOP) }

    /// SIGCONT: it goes on.
    package func resume() { signal(SIGCONT) }

    /// Sends a signal, unless the process has ended.
    package func signal(_ number: Int32) {
        state.withLock { state in
            if state.exit == nil { _ = Glibc.kill(processID, number) }
        }
    }

    /// Returns how it ended, as soon as it has.
    /// - Throws: ``StillRunning`` when it has not after `patience`.
    @discardableResult
    package func waitForExit(within patience: Duration = .seconds(10)) async throws -> Exit {
        let exit = await withTaskGroup(of: Exit?.self) { group in
            group.addTask { await self.exit() }
            group.addTask {
                try? await letTimePass(patience, because: "the caller waits no longer")
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        guard let exit else { throw StillRunning() }
        return exit
    }

    /// nil when the task is canceled first.
    private func exit() async -> Exit? {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known: Exit?? = state.withLock { state in
                    if let exit = state.exit { return .some(exit) }
                    if Task.isCancelled { return .some(nil) }
                    state.waiters[id] = continuation
                    return nil
                }
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(returning: nil)
        }
    }

    private func ended() {
        let (exit, waiters) = state.withLock { state in
            let exit = Self.reap(processID)
            state.exit = exit
            defer { state.waiters = [:] }
            return (exit, state.waiters.values)
        }
        for waiter in waiters { waiter.resume(returning: exit) }
    }

    private static func reap(_ processID: pid_t) -> Exit {
        var status: Int32 = 0
        waitpid(processID, &status, 0)
        Orphans.remove(processID)
        let signal = status & 0x7F
        return signal == 0 ? .code((status >> 8) & 0xFF) : .signal(signal)
    }
}
