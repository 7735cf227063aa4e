internal import CCurl
internal import Synchronization
internal import Threading

/// One libcurl multi handle on one thread, and the way to it from async code.
final class TransferThread: Sendable {
    private let inbox = TransferInbox()
    private let running = Atomic<Int>(0)

    /// Starts the thread. The name is shown by `ps -L`.
    init(name: String, configuration: OutboundConfiguration) {
        let inbox = inbox
        _ = OSThread.start(name: name) {
            TransferLoop(inbox: inbox, configuration: configuration).run()
        }
    }

    /// How many transfers are on this thread now.
    var load: Int { running.load(ordering: .relaxed) }

    /// Carries out one transfer. Canceling the task takes it off the thread.
    func run(_ work: TransferWork) async -> TransferOutcome {
        let ticket = TransferTicket()
        running.add(1, ordering: .relaxed)
        defer { running.subtract(1, ordering: .relaxed) }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let accepted = inbox.post(.start(work, ticket) { continuation.resume(returning: $0) })
                if !accepted { continuation.resume(returning: .failure(.refused(.closed, "The client is closed."))) }
            }
        } onCancel: {
            ticket.cancel()
            _ = inbox.post(.cancel(ticket))
        }
    }

    /// Gives up what is running and returns when the thread is done with libcurl.
    func close() async {
        await withCheckedContinuation { continuation in
            inbox.close { continuation.resume() }
        }
    }

    /// Ends the thread without waiting for it.
    func abandon() {
        inbox.close {}
    }
}
