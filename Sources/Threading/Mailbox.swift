import Glibc
import Synchronization

/// A mailbox with many senders and one receiver, which learns of new messages through a file descriptor.
///
/// The receiver is a thread that already sleeps in `poll(2)` on a socket; it adds ``wakeDescriptor`` to the set and
/// calls ``drain()`` when that becomes readable. Only the first message after a drain costs a system call.
public final class Mailbox<Message: Sendable>: Sendable {
    private struct State {
        var messages: [Message] = []
        var isClosed = false
        /// The descriptor has been made readable and the reader has not drained since.
        var isSignalled = false
    }

    /// Readable while messages wait and after ``close()``. For `poll(2)` only; valid as long as the mailbox lives.
    ///
    /// The reading end of a pipe that holds at most one byte. An `eventfd(2)` would save one descriptor, but Swift's
    /// Glibc module does not have it.
    public let wakeDescriptor: Int32
    private let signalDescriptor: Int32
    private let state = Mutex(State())

    /// - Precondition: the process may open two more file descriptors.
    public init() {
        var ends: [Int32] = [-1, -1]
        let status = pipe(&ends)
        precondition(status == 0, "cannot create a pipe for a mailbox (errno \(errno))")
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (wakeDescriptor, signalDescriptor) = (ends[0], ends[1])
    }

    deinit {
        Glibc.close(wakeDescriptor)
        Glibc.close(signalDescriptor)
    }

    /// Adds a message and wakes the receiver.
    /// - Returns: false when the mailbox is closed; the message was not taken.
    @discardableResult
    public func post(_ message: Message) -> Bool {
        post { $0.append(message) }
    }

    /// Adds messages that stay next to each other and in order.
    /// - Returns: false when the mailbox is closed; none was taken.
    @discardableResult
    public func post(contentsOf messages: some Collection<Message> & Sendable) -> Bool {
        post { $0.append(contentsOf: messages) }
    }

    /// Takes all messages in the order they were posted, and resets the descriptor. Called by the receiver alone.
    public func drain() -> [Message] {
        state.withLock { state in
            if state.isSignalled && !state.isClosed {
                state.isSignalled = false
                var byte: UInt8 = 0
                read(wakeDescriptor, &byte, 1)
            }
            var taken: [Message] = []
            swap(&taken, &state.messages)
            return taken
        }
    }

    /// Refuses further messages, makes the descriptor readable for good, and hands back what the reader will not
    /// drain any more.
    public func close() -> [Message] {
        state.withLock { state in
            state.isClosed = true
            signal(&state)
            var taken: [Message] = []
            swap(&taken, &state.messages)
            return taken
        }
    }

    /// Whether ``close()`` was called.
    public var isClosed: Bool {
        state.withLock { $0.isClosed }
    }

    private func post(_ append: (inout [Message]) -> Void) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            append(&state.messages)
            if !state.messages.isEmpty { signal(&state) }
            return true
        }
    }

    /// Inside the lock, so that the descriptor and the flag cannot come apart.
    private func signal(_ state: inout State) {
        guard !state.isSignalled else { return }
        state.isSignalled = true
        var byte: UInt8 = 1
        write(signalDescriptor, &byte, 1)
    }
}
