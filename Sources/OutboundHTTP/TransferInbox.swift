internal import CCurl
internal import Synchronization
internal import Threading

/// Commands to the transfer loop.
enum TransferCommand: Sendable {
    case start(TransferWork, TransferTicket, @Sendable (TransferOutcome) -> Void)
    case cancel(TransferTicket)
}

/// Commands on their way to the transfer loop, which sleeps in `curl_multi_poll` and is woken by `curl_multi_wakeup`.
final class TransferInbox: Sendable {
    private struct State {
        var commands: [TransferCommand] = []
        /// The multi handle's address while it may be woken: a number, because the handle itself belongs to the
        /// transfer loop's thread.
        var wakeable: UInt?
        var isClosed = false
        var hasEnded = false
        var onEnd: [@Sendable () -> Void] = []

        /// `curl_multi_wakeup` is the one call libcurl allows from other threads. Made under the lock, so never on a
        /// handle that is gone.
        func wake() {
            guard let wakeable, let multi = UnsafeMutableRawPointer(bitPattern: wakeable) else { return }
            _ = curl_multi_wakeup(multi)
        }
    }

    private let state = Mutex(State())

    /// `false` when the inbox is closed and the command was not taken.
    func post(_ command: TransferCommand) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.commands.append(command)
            state.wake()
            return true
        }
    }

    /// Asks the thread to end; `onEnd` is called when it has, at once when it already had.
    func close(onEnd: @escaping @Sendable () -> Void) {
        let hasEnded = state.withLock { state in
            state.isClosed = true
            state.wake()
            if !state.hasEnded { state.onEnd.append(onEnd) }
            return state.hasEnded
        }
        if hasEnded { onEnd() }
    }

    /// The thread's multi handle may be woken from now on.
    func open(_ multi: UnsafeMutableRawPointer) {
        let address = UInt(bitPattern: multi)
        state.withLock { $0.wakeable = address }
    }

    /// Takes what has been posted, and whether the loop is to end.
    func drain() -> (commands: [TransferCommand], isClosed: Bool) {
        state.withLock { state in
            defer { state.commands.removeAll() }
            return (state.commands, state.isClosed)
        }
    }

    /// The multi handle is about to go. What was posted and not drained is handed back.
    func seal() -> [TransferCommand] {
        state.withLock { state in
            state.isClosed = true
            state.wakeable = nil
            defer { state.commands.removeAll() }
            return state.commands
        }
    }

    /// The thread is done.
    func end() {
        let waiting = state.withLock { state in
            state.hasEnded = true
            defer { state.onEnd.removeAll() }
            return state.onEnd
        }
        waiting.forEach { $0() }
    }
}
