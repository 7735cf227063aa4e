/// Decides, for commands that are sent together, which node of a cluster gets which of them, and puts the answers in
/// the order of the commands. Does no I/O.
struct ClusterBatch {
    /// What one node is sent at once.
    struct Part: Sendable, Equatable {
        let endpoint: Endpoint
        fileprivate(set) var items: [Item] = []

        struct Item: Sendable, Equatable {
            let index: Int
            let isAsking: Bool
        }

        /// The commands as they are sent, with an ASKING before those that need it.
        func commands(of all: [RedisCommand]) -> [RedisCommand] {
            items.flatMap { $0.isAsking ? [RedisCommand("ASKING"), all[$0.index]] : [all[$0.index]] }
        }
    }

    /// Why commands have to be sent again.
    struct Refusal: Equatable {
        let redirection: Redirection
        /// The node that refused; nil when there was no node to send to.
        let from: Endpoint?
    }

    /// A command without an answer.
    private struct Open {
        let index: Int
        /// Where its last answer has sent it; nil for the map to decide.
        var target: Endpoint?
        var isAsking = false
    }

    private let slots: [Int?]
    private var open: [Open]
    private var values: [RedisValue?]
    private var failure: RedisError?
    private var hasExecuted = false
    /// What the last round ran into, each once.
    private(set) var refusals: [Refusal] = []

    /// - Parameter slots: of each command; nil for one that any node takes.
    init(slots: [Int?]) {
        self.slots = slots
        open = slots.indices.map { Open(index: $0) }
        values = Array(repeating: nil, count: slots.count)
    }

    /// Whether every command has its answer.
    var isDone: Bool { open.isEmpty }

    /// Begins a round: takes all commands without an answer. Within a part they keep their order.
    /// - Parameters:
    ///   - owner: who serves a slot, or any node for nil.
    ///   - reason: what is wrong when there is none.
    mutating func parts(owner: (Int?) -> Endpoint?, reason: () -> RedisError) -> [Part] {
        refusals = []
        failure = nil
        let waiting = open.sorted { $0.index < $1.index }
        open = []
        var parts: [Part] = []
        var positions: [Endpoint: Int] = [:]
        var last: Endpoint?
        for item in waiting {
            // One that any node takes goes along with the one before it.
            guard
                let endpoint = item.target ?? (slots[item.index] == nil ? last ?? owner(nil) : owner(slots[item.index]))
            else {
                failure = failure ?? reason()
                postpone(item.index, .later, from: nil)
                continue
            }
            last = endpoint
            let position = positions[endpoint] ?? parts.count
            if position == parts.count {
                parts.append(Part(endpoint: endpoint))
                positions[endpoint] = position
            }
            parts[position].items.append(Part.Item(index: item.index, isAsking: item.isAsking))
        }
        return parts
    }

    /// A part's replies came, those to its ASKINGs included.
    mutating func answered(_ part: Part, _ replies: [RedisValue]) {
        var replies = replies[...]
        for item in part.items {
            if item.isAsking { replies = replies.dropFirst() }
            guard let value = replies.popFirst() else { return }
            values[item.index] = value
            if case .error(let reply) = value, let redirection = Redirection(reply, from: part.endpoint) {
                postpone(item.index, redirection, from: part.endpoint)
            } else {
                hasExecuted = true
            }
        }
    }

    /// A part got no replies.
    /// - Throws: when it may have been executed. Other parts may have been as well, so that
    ///   ``RedisError/maybeExecuted`` speaks for the whole.
    mutating func failed(_ part: Part, _ error: RedisError) throws(RedisError) {
        guard let redirection = Redirection(error) else {
            throw error.maybeExecuted(error.maybeExecuted || hasExecuted)
        }
        failure = error
        for item in part.items { postpone(item.index, redirection, from: part.endpoint) }
    }

    /// All answers; when time is up, for some of them the last refusals.
    /// - Throws: when some command could not even be sent.
    func result() throws(RedisError) -> [RedisValue] {
        let known = values.compactMap { $0 }
        guard known.count == values.count else {
            throw (failure ?? CommandQueue<Submission>.closed).maybeExecuted(hasExecuted)
        }
        return known
    }

    private mutating func postpone(_ index: Int, _ redirection: Redirection, from endpoint: Endpoint?) {
        switch redirection {
        case .moved(_, let target): open.append(Open(index: index, target: target))
        case .ask(let target): open.append(Open(index: index, target: target, isAsking: true))
        case .later: open.append(Open(index: index))
        }
        let refusal = Refusal(redirection: redirection, from: endpoint)
        if !refusals.contains(refusal) { refusals.append(refusal) }
    }
}
