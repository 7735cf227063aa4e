import FoundationEssentials
import Synchronization

/// The events that are to be sent, what they are sent to, and what became of each.
final class WebhookOutbox: Sendable {
    /// How many deliveries are remembered for the list.
    static let deliveriesKept = 20_000

    private struct State {
        var target: WebhookTarget?
        var version: StripeVersion
        var deliveries: [String: WebhookDelivery] = [:]
        var order: [String] = []
        /// Who waits for the end of an event's first round, by event.
        var firstRounds: [String: [AsyncStream<Void>.Continuation]] = [:]
        /// Which events wait to be overtaken, by order.
        var reordered: [String: [(event: String, signal: AsyncStream<Void>.Continuation)]] = [:]
        var isClosed = false
    }

    /// What ``WebhookSender`` carries out.
    let jobs: AsyncStream<WebhookJob>
    private let feed: AsyncStream<WebhookJob>.Continuation
    private let state: Mutex<State>
    private let faults: FaultInjector
    private let journal: Journal

    /// - Parameter records: the journal's; events that no receiver took before the end are sent again.
    init(
        target: WebhookTarget?, version: StripeVersion = .current, faults: FaultInjector, journal: Journal,
        replaying records: [JournalRecord]
    ) {
        (jobs, feed) = AsyncStream.makeStream(of: WebhookJob.self)
        state = Mutex(State(target: target, version: version))
        self.faults = faults
        self.journal = journal
        let delivered = Set(records.compactMap(\.delivered))
        for event in records.flatMap({ $0.change?.events ?? [] })
        where event.isAnnounced && !delivered.contains(event.id) {
            add(WebhookJob(event: event))
        }
    }

    /// Where events go; nil without a receiver.
    var target: WebhookTarget? { state.withLock { $0.target } }

    /// The account's version of the API, which events are written in.
    var version: StripeVersion {
        state.withLock { $0.version }
    }

    /// Writes events from now on in another version.
    func write(in version: StripeVersion) { state.withLock { $0.version = version } }

    /// Sends events from now on elsewhere, signed otherwise, or both; what is nil stays. Also those that are still to
    /// be taken.
    func point(to url: String?, secrets: [String]?) {
        state.withLock { state in
            guard let address = url ?? state.target?.url else { return }
            state.target = WebhookTarget(
                url: address, secrets: secrets ?? state.target?.secrets ?? [WebhookTarget.defaultSecret])
        }
    }

    /// Takes events to be sent and decides what goes wrong with each.
    /// - Returns: streams that end when those events have been sent once that must be sent before the call is answered.
    func add(_ events: [Event]) -> [AsyncStream<Void>] {
        events.filter(\.isAnnounced).compactMap { event in
            let fault = faults.webhook(event.kind, orderID: event.orderID)
            let mustComeFirst = fault?.kind == .webhookBeforeAnswer
            let sent = mustComeFirst ? firstRound(of: event.id) : nil
            let overtaken = fault?.kind == .webhookReorder ? overtaking(event) : nil
            add(WebhookJob(event: event, fault: fault, overtaken: overtaken))
            return sent
        }
    }

    /// Sends an event that no change of a payment caused.
    /// - Returns: a stream that ends when it has been sent.
    func addThin(_ event: Event) -> AsyncStream<Void> {
        let sent = firstRound(of: event.id)
        add(WebhookJob(event: event, fault: faults.webhook(event.kind, orderID: nil)))
        return sent
    }

    /// Sends an event once more, whatever became of it before.
    /// - Returns: a stream that ends when it has been sent.
    func sendAgain(_ event: Event) -> AsyncStream<Void> {
        let sent = firstRound(of: event.id)
        add(WebhookJob(event: event))
        return sent
    }

    func note(_ attempt: WebhookAttempt, of event: Event) {
        state.withLock { $0.deliveries[event.id]?.note(attempt) }
    }

    /// Ends a round and resumes the callers that waited for it. A journal that cannot be written only means that the
    /// event is sent once more after a restart, which receivers must bear anyway.
    func roundEnded(of event: Event, isTaken: Bool) {
        let waiting = state.withLock { state in
            if isTaken { state.deliveries[event.id]?.isDelivered = true }
            var waiting = state.firstRounds.removeValue(forKey: event.id) ?? []
            if let orderID = event.orderID {
                let reordered = state.reordered[orderID] ?? []
                waiting += reordered.filter { $0.event != event.id }.map(\.signal)
                state.reordered[orderID] = reordered.filter { $0.event == event.id }
            }
            return waiting
        }
        if isTaken { try? journal.append(JournalRecord(delivered: event.id)) }
        for signal in waiting { signal.finish() }
    }

    /// Resumes all callers that wait; nothing is sent any more.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { (state.firstRounds, state.reordered) = ([:], [:]) }
            return state.firstRounds.values.flatMap { $0 } + state.reordered.values.flatMap { $0.map(\.signal) }
        }
        for signal in waiting { signal.finish() }
        feed.finish()
    }

    /// Deliveries in the order in which their events happened; of one order or one event where given.
    func deliveries(orderID: String? = nil, event: String? = nil) -> [WebhookDelivery] {
        state.withLock { state in
            state.order.compactMap { state.deliveries[$0] }.filter {
                (orderID == nil || $0.event.orderID == orderID) && (event == nil || $0.id == event)
            }
        }
    }

    private func add(_ job: WebhookJob) {
        state.withLock { state in
            guard state.deliveries[job.event.id] == nil else { return }
            state.deliveries[job.event.id] = WebhookDelivery(event: job.event, fault: job.fault?.kind)
            state.order.append(job.event.id)
            if state.order.count > 2 * Self.deliveriesKept {
                for old in state.order.prefix(Self.deliveriesKept) { state.deliveries[old] = nil }
                state.order.removeFirst(Self.deliveriesKept)
            }
        }
        feed.yield(job)
    }

    private func firstRound(of event: String) -> AsyncStream<Void> {
        wait { state, signal in state.firstRounds[event, default: []].append(signal) }
    }

    private func overtaking(_ event: Event) -> AsyncStream<Void>? {
        guard let orderID = event.orderID else { return nil }
        return wait { state, signal in state.reordered[orderID, default: []].append((event.id, signal)) }
    }

    private func wait(_ register: (inout State, AsyncStream<Void>.Continuation) -> Void) -> AsyncStream<Void> {
        let (stream, signal) = AsyncStream.makeStream(of: Void.self)
        let isClosed = state.withLock { state in
            if !state.isClosed { register(&state, signal) }
            return state.isClosed
        }
        if isClosed { signal.finish() }
        return stream
    }
}
