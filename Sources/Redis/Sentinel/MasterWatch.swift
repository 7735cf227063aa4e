/// Decides what a sentinel is asked and whom it makes us believe the master. Does no I/O and holds no clock.
///
/// On each connection it asks who the master is, and subscribes to `+switch-master` in the same breath. Hearing of a
/// fail-over rather than asking again and again costs nothing while all is well, moves us within a round trip when it
/// ends, and also when the old master is cut off from its sentinels but not from us, which no broken connection would
/// tell.
///
/// A sentinel may be out of date. So an answer with an older configuration epoch than one seen before is passed over
/// for another sentinel's, unless the master is in doubt anyway; and every server is asked for its role before it is
/// used (``Handshake``).
struct MasterWatch: LinkRole {
    typealias Instant = ContinuousClock.Instant

    static let peer = "the sentinel"
    private static let channel = "+switch-master"

    /// The master by the latest report; nil as long as there is none, and while the last was of no use.
    private(set) var master: Endpoint?
    private var epoch = 0
    private let service: SentinelService
    private let patience: Duration

    /// What has to be asked on this connection, the next last.
    private var questions: [Question] = []
    /// Questions whose answers have not come.
    private var unanswered: [Question] = []
    private var askedAt: Instant?
    private var address: Endpoint?
    private var subscription: SubscriptionState

    private enum Question {
        case address, details
    }

    /// - Parameters:
    ///   - patience: how long a sentinel may take to answer.
    ///   - silence: after so long without a word from the sentinel it is asked for one.
    init(_ service: SentinelService, patience: Duration, silence: Duration, at now: Instant) {
        self.service = service
        self.patience = patience
        subscription = SubscriptionState(silence: silence, at: now)
        subscription.add([Self.channel])
    }

    /// The master named last cannot be used as such.
    mutating func doubt() {
        master = nil
    }

    mutating func handle(_ messages: [Never], at now: Instant) {}

    mutating func connected(at now: Instant) {
        questions = [.details, .address]
        unanswered = []
        askedAt = now
        address = nil
        subscription.connected(at: now)
    }

    mutating func nextOutgoing(at now: Instant) -> [UInt8]? {
        guard let question = questions.popLast() else { return subscription.next(at: now)?.encoded }
        unanswered.append(question)
        switch question {
        // During a fail-over this one names the new master first.
        case .address: return RedisCommand("SENTINEL", "GET-MASTER-ADDR-BY-NAME", RedisArgument(service.name)).encoded
        case .details: return RedisCommand("SENTINEL", "MASTER", RedisArgument(service.name)).encoded
        }
    }

    mutating func received(_ value: RedisValue, at now: Instant) throws(RedisError) {
        subscription.heard(at: now)
        guard !unanswered.isEmpty else { return hear(value) }
        switch unanswered.removeFirst() {
        case .address:
            address = try read(address: value)
        case .details:
            askedAt = nil
            try believe(address, epoch: Self.epoch(in: value))
        }
    }

    mutating func lost(_ error: RedisError, at now: Instant) {
        askedAt = nil
        subscription.lost()
    }

    mutating func check(at now: Instant, isReady: Bool) throws(RedisError) {
        let isLate = askedAt.map { $0 + patience <= now } ?? false
        if isReady && (isLate || subscription.isDead(at: now)) {
            throw RedisError(code: .timeout, message: "the sentinel does not answer")
        }
    }

    var nextDeadline: Instant? {
        [askedAt.map { $0 + patience }, subscription.nextDeadline].compactMap { $0 }.min()
    }

    mutating func close() {}

    private func read(address value: RedisValue) throws(RedisError) -> Endpoint {
        if case .error(let reply) = value {
            throw RedisError(code: .connectFailed, message: "the sentinel refused: \(reply)")
        }
        guard let parts = value.elements, parts.count == 2, let host = parts[0].text, !host.isEmpty,
            let port = parts[1].int,
            (1...65535).contains(port)
        else {
            throw RedisError(code: .connectFailed, message: "the sentinel knows no master called '\(service.name)'")
        }
        return .tcp(host: host, port: port)
    }

    /// `config-epoch` among names and values in turn; nil when the sentinel keeps it to itself.
    private static func epoch(in value: RedisValue) -> Int? {
        guard let fields = value.elements, let index = fields.firstIndex(where: { $0.text == "config-epoch" }) else {
            return nil
        }
        return fields.dropFirst(index + 1).first?.int
    }

    private mutating func believe(_ address: Endpoint?, epoch: Int?) throws(RedisError) {
        if let epoch, epoch < self.epoch, master != nil, address != master {
            throw RedisError(code: .connectFailed, message: "the sentinel missed a fail-over that another one knew of")
        }
        if let epoch { self.epoch = master == nil ? epoch : max(epoch, self.epoch) }
        master = address
    }

    /// ["message", "+switch-master", "name old-host old-port new-host new-port"]; anything else needs no action.
    private mutating func hear(_ value: RedisValue) {
        guard let parts = value.elements, parts.count == 3, parts[0].text == "message", parts[1].text == Self.channel,
            let words = parts[2].text?.split(separator: " "), words.count == 5, words[0] == service.name,
            let port = Int(words[4]),
            (1...65535).contains(port)
        else { return }
        master = .tcp(host: String(words[3]), port: port)
    }
}
