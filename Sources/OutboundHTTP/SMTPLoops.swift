internal import Synchronization

/// The threads that mails go out on: each new mail takes the least busy one, and a further one is started while all are
/// busy, up to the limit.
final class SMTPLoops: Sendable {
    private struct State {
        var lanes: [TransferLane] = []
        var isClosed = false
    }

    private let configuration: OutboundConfiguration
    private let state = Mutex(State())

    init(configuration: OutboundConfiguration) {
        self.configuration = configuration
    }

    func run(_ work: TransferWork) async -> TransferOutcome {
        guard let lane = lane() else { return .failure(.refused(.closed, "The client is closed.")) }
        return await lane.run(work)
    }

    func close() async {
        for lane in retire() { await lane.close() }
    }

    func abandon() {
        retire().forEach { $0.abandon() }
    }

    private func lane() -> TransferLane? {
        state.withLock { state in
            if state.isClosed { return nil }
            let leastBusy = state.lanes.min { $0.load < $1.load }
            if let leastBusy, leastBusy.load == 0 || state.lanes.count >= configuration.smtpThreads { return leastBusy }
            let lane = TransferLane(name: "outbound-mail", configuration: configuration)
            state.lanes.append(lane)
            return lane
        }
    }

    private func retire() -> [TransferLane] {
        state.withLock { state in
            state.isClosed = true
            return state.lanes
        }
    }
}
