import Logging
import Synchronization

/// The nodes of a cluster: the map of slots, and a link to each node that is talked to.
///
/// The map is fetched at the start, whenever a link breaks or an attempt at one fails, and when a caller is in doubt.
/// No thread or task stands behind that: the question travels over one of the links, and its answer is dealt with on
/// that link's thread.
final class ClusterNodes: Sendable {
    typealias Node = (endpoint: Endpoint, link: CommandLink)

    private struct State {
        var map: SlotMap?
        var links: [Endpoint: CommandLink] = [:]
        var search = MapSearch()
        /// Why the last search was in vain.
        var failure: RedisError?
        var isClosed = false
    }

    static let question = RedisCommand("CLUSTER", "SLOTS")

    /// All nodes' connections together.
    let feed = ConnectionFeed()
    private let configuration: RedisConfiguration
    private let seeds: [Endpoint]
    private let threadName: String
    private let connectsAhead: Bool
    private let logger: Logger
    private let state = Mutex(State())

    /// Starts to look for the map.
    /// - Parameter connectsAhead: to all masters as soon as they are known, rather than to each when it is first
    ///   needed.
    init(
        _ configuration: RedisConfiguration, seeds: [Endpoint], threadName: String, connectsAhead: Bool, logger: Logger
    ) {
        self.configuration = configuration
        self.seeds = seeds
        self.threadName = threadName
        self.connectsAhead = connectsAhead
        self.logger = logger
        search()
    }

    deinit {
        feed.end()
    }

    // MARK: Nodes

    /// Who serves the slot, or any node for nil; nil while that is not known, and when closed.
    func node(for slot: Int?) -> Node? {
        state.withLock { state in
            guard !state.isClosed, let endpoint = slot.map({ state.map?.owner(of: $0) }) ?? anyNode(state) else {
                return nil
            }
            return (endpoint, link(to: endpoint, &state))
        }
    }

    /// A node that another one has named; nil when closed.
    func node(at endpoint: Endpoint) -> Node? {
        state.withLock { $0.isClosed ? nil : (endpoint, link(to: endpoint, &$0)) }
    }

    /// All masters of the map; none when closed.
    var masters: [Node] {
        state.withLock { state in
            (state.isClosed ? [] : state.map?.masters ?? []).map { ($0, link(to: $0, &state)) }
        }
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Why there is no node for a slot.
    var reasonForNone: RedisError {
        state.withLock { state in
            if state.isClosed { return CommandQueue<Submission>.closed }
            if state.map != nil {
                return RedisError(code: .connectFailed, message: "no node of the cluster serves the slot")
            }
            return state.failure ?? RedisError(code: .connectFailed, message: "no node of the cluster has answered yet")
        }
    }

    func close() async {
        let links = state.withLock { state in
            state.isClosed = true
            defer { state.links = [:] }
            return Array(state.links.values)
        }
        for link in links { await link.close() }
        feed.end()
    }

    /// One that is connected, if there is one: a command that any node takes need not wait.
    private func anyNode(_ state: State) -> Endpoint? {
        let nodes = state.map?.masters ?? seeds
        return nodes.filter { state.links[$0]?.status.isConnected == true }.randomElement() ?? nodes.randomElement()
    }

    private func link(to endpoint: Endpoint, _ state: inout State) -> CommandLink {
        if let link = state.links[endpoint] { return link }
        let status = LinkStatus(feed: feed) { [weak self] in self?.linkChanged(endpoint) }
        let link = CommandLink(
            configuration.node(endpoint), name: threadName, holds: false, status: status, logger: logger)
        state.links[endpoint] = link
        return link
    }

    // MARK: The map

    /// Fetches the map anew, soon; not when it is fresh.
    /// - Parameter suspect: the node that gave reason to doubt it.
    func search(suspect: Endpoint? = nil) {
        let first = state.withLock { state -> Endpoint? in
            if state.isClosed { return nil }
            let masters = state.map?.masters ?? []
            let connected = masters.filter { state.links[$0]?.status.isConnected == true }
            return state.search.begin(
                [connected, masters, state.map?.replicas ?? [], seeds], suspect: suspect, at: .now)
        }
        if let first { ask(first) }
    }

    /// A node said where the slot is served now. Of a node unknown so far there is more to be learnt.
    func moved(_ slot: Int, to endpoint: Endpoint) {
        let isNew = state.withLock { state in
            let isNew = state.map?.masters.contains(endpoint) != true
            state.map?.moved(slot, to: endpoint)
            return isNew
        }
        if isNew { search() }
    }

    func install(_ map: SlotMap) {
        // Links are dropped outside the lock: their end may call back.
        let retired = state.withLock { state -> [CommandLink] in
            if state.isClosed { return [] }
            if let old = state.map, old != map {
                logger.notice("the cluster has changed", metadata: ["masters": "\(map.masters.map(\.description))"])
            }
            state.map = map
            state.search.end(at: .now)
            if connectsAhead { for master in map.masters { _ = link(to: master, &state) } }
            let retired = state.links.filter { !map.masters.contains($0.key) }
            for endpoint in retired.keys { state.links[endpoint] = nil }
            return Array(retired.values)
        }
        withExtendedLifetime(retired) {}
    }

    /// On the link's thread. A node that is away may have been replaced; one that is back may know what no other
    /// node could tell.
    private func linkChanged(_ endpoint: Endpoint) {
        let (isConnected, knowsMap) = state.withLock { state in
            (state.links[endpoint]?.status.isConnected == true, state.map != nil)
        }
        if !isConnected { search(suspect: endpoint) } else if !knowsMap { search() }
    }

    private func ask(_ endpoint: Endpoint) {
        node(at: endpoint)?.link.send(Self.question) { [weak self] result in
            self?.answered(result, by: endpoint)
        }
    }

    private func answered(_ result: Result<RedisValue, RedisError>, by endpoint: Endpoint) {
        do throws(RedisError) {
            install(try SlotMap(try result.get(), saidBy: endpoint))
        } catch {
            let next = state.withLock { state in
                state.failure = error
                return state.isClosed ? nil : state.search.next(at: .now)
            }
            if let next { ask(next) }
        }
    }
}
