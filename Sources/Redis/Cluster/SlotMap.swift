/// Which node of a cluster serves which slot.
struct SlotMap: Sendable, Equatable {
    private(set) var masters: [Endpoint] = []
    /// All other nodes: they cannot be written to, but know the map as well.
    private(set) var replicas: [Endpoint] = []
    /// Index in ``masters`` for each slot.
    private var owners: [UInt16]

    private static let unowned = UInt16.max

    /// Reads the answer to `CLUSTER SLOTS`: `[first, last, [host, port, …], [host, port, …]…]…`, the master first.
    /// (`CLUSTER SHARDS` tells the same, but servers before Redis 7 do not know it.)
    /// - Parameter server: who answered; stands for hosts that are left out.
    /// - Throws: `.connectFailed` when the node has no such map.
    init(_ value: RedisValue, saidBy server: Endpoint) throws(RedisError) {
        if case .error(let reply) = value {
            throw RedisError(code: .connectFailed, message: "\(server) tells no slots of a cluster: \(reply)")
        }
        owners = Array(repeating: Self.unowned, count: HashSlot.count)
        for range in value.elements ?? [] {
            guard let parts = range.elements, parts.count >= 3, let first = parts[0].int, let last = parts[1].int,
                0 <= first, first <= last, last < HashSlot.count
            else {
                throw RedisError(
                    code: .protocolViolation, message: "\(server) answered CLUSTER SLOTS in an unknown form")
            }
            let nodes = parts.dropFirst(2).map { Self.endpoint($0, saidBy: server) }
            for case .some(let replica) in nodes.dropFirst() where !replicas.contains(replica) {
                replicas.append(replica)
            }
            // A master without a known address: its slots count as not served.
            guard let master = nodes.first ?? nil else { continue }
            guard let owner = index(of: master) else {
                throw RedisError(code: .protocolViolation, message: "\(server) names more masters than there are slots")
            }
            for slot in first...last { owners[slot] = owner }
        }
        guard !masters.isEmpty else {
            throw RedisError(code: .connectFailed, message: "\(server) belongs to no cluster that serves slots")
        }
    }

    private static func endpoint(_ value: RedisValue, saidBy server: Endpoint) -> Endpoint? {
        guard let parts = value.elements, parts.count >= 2 else { return nil }
        return Endpoint(host: parts[0].text, port: parts[1].int, saidBy: server)
    }

    /// The node that serves the slot; nil when no node does.
    func owner(of slot: Int) -> Endpoint? {
        let owner = owners[slot]
        return owner == Self.unowned ? nil : masters[Int(owner)]
    }

    /// A node said that the slot has moved. The former owner may still serve others.
    mutating func moved(_ slot: Int, to endpoint: Endpoint) {
        guard owners.indices.contains(slot), let index = index(of: endpoint) else { return }
        owners[slot] = index
    }

    /// nil when there is no room for one more: no cluster has more masters than slots.
    private mutating func index(of master: Endpoint) -> UInt16? {
        if let index = masters.firstIndex(of: master) { return UInt16(index) }
        guard masters.count < HashSlot.count else { return nil }
        masters.append(master)
        replicas.removeAll { $0 == master }
        return UInt16(masters.count - 1)
    }
}

/// Which of a cluster's 16,384 slots a key belongs to: the CRC16 of its hash tag, or of all of it when it has none. See
/// "Key distribution model" in <https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/>.
enum HashSlot {
    static let count = 16_384

    static func of(_ key: some Collection<UInt8>) -> Int {
        Int(crc16(tag(of: key))) % count
    }

    /// What stands between the first `{` and the first `}` after it, unless that is nothing.
    private static func tag<Key: Collection<UInt8>>(of key: Key) -> Key.SubSequence {
        guard let open = key.firstIndex(of: UInt8(ascii: "{")) else { return key[...] }
        let rest = key[key.index(after: open)...]
        guard let close = rest.firstIndex(of: UInt8(ascii: "}")), close != rest.startIndex else { return key[...] }
        return rest[..<close]
    }

    /// CRC-16/XMODEM: polynomial 0x1021, start 0, most significant bit first.
    private static func crc16(_ bytes: some Sequence<UInt8>) -> UInt16 {
        var sum: UInt16 = 0
        for byte in bytes { sum = sum << 8 ^ table[Int(sum >> 8) ^ Int(byte)] }
        return sum
    }

    private static let table: [UInt16] = (0..<256).map { index in
        var sum = UInt16(index) << 8
        for _ in 0..<8 { sum = sum & 0x8000 == 0 ? sum << 1 : sum << 1 ^ 0x1021 }
        return sum
    }
}

/// Decides which node of a cluster is asked for the slot map, and when none has to be. Does no I/O and holds no clock.
struct MapSearch {
    /// Nodes still to be asked, in this order.
    private var candidates: [Endpoint] = []
    private(set) var isUnderWay = false
    private var endedAt: ContinuousClock.Instant?
    private var turn = 0

    /// A map younger than this is not asked for again, however many callers are in doubt.
    private static let freshness = Duration.milliseconds(20)

    /// The map is in doubt.
    /// - Parameters:
    ///   - nodes: all that may know it, the likeliest group first. Within a group each search begins with another node,
    ///     so that one node with an outdated view does not lead us astray for long.
    ///   - suspect: the node that gave reason for the doubt, which is asked last.
    /// - Returns: whom to ask; nil when a node is being asked, or has just answered, or there is no node.
    mutating func begin(_ nodes: [[Endpoint]], suspect: Endpoint?, at now: ContinuousClock.Instant) -> Endpoint? {
        guard !isUnderWay, endedAt.map({ now - $0 >= Self.freshness }) ?? true else { return nil }
        var order: [Endpoint] = []
        for group in nodes where !group.isEmpty {
            let start = turn % group.count
            for node in group[start...] + group[..<start] where !order.contains(node) { order.append(node) }
        }
        turn += 1
        if let suspect, let index = order.firstIndex(of: suspect) { order.append(order.remove(at: index)) }
        candidates = order
        isUnderWay = !order.isEmpty
        return next(at: now)
    }

    /// The node gave no map. Returns whom to ask instead; nil at the end of the search.
    mutating func next(at now: ContinuousClock.Instant) -> Endpoint? {
        guard isUnderWay else { return nil }
        guard !candidates.isEmpty else {
            end(at: now)
            return nil
        }
        return candidates.removeFirst()
    }

    /// A map was found.
    mutating func end(at now: ContinuousClock.Instant) {
        isUnderWay = false
        endedAt = now
        candidates = []
    }
}
