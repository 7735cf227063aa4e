internal import Synchronization

/// The threads that send emails: each new email takes the least busy one, and a further one is started while all are
/// busy, up to the limit.
final class SMTPLoops: Sendable {
    private struct State {
        var threads: [TransferThread] = []
        var isClosed = false
    }

    private let configuration: OutboundConfiguration
    private let state = Mutex(State())

    init(configuration: OutboundConfiguration) {
        self.configuration = configuration
    }

    func run(_ work: TransferWork) async -> TransferOutcome {
        guard let thread = leastBusyThread() else { return .failure(.refused(.closed, "The client is closed.")) }
        return await thread.run(work)
    }

    func close() async {
        for thread in retire() { await thread.close() }
    }

    func abandon() {
        retire().forEach { $0.abandon() }
    }

    private func leastBusyThread() -> TransferThread? {
        state.withLock { state in
            if state.isClosed { return nil }
            let leastBusy = state.threads.min { $0.load < $1.load }
            if let leastBusy, leastBusy.load == 0 || state.threads.count >= configuration.smtpThreads {
                return leastBusy
            }
            let thread = TransferThread(name: "outbound-smtp", configuration: configuration)
            state.threads.append(thread)
            return thread
        }
    }

    private func retire() -> [TransferThread] {
        state.withLock { state in
            state.isClosed = true
            return state.threads
        }
    }
}
