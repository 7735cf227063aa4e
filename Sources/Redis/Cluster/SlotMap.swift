/// Which node of a cluster serves which slot.
struct SlotMap: Sendable, Equatable {
    private(set) var masters: [Endpoint] = []
    /// All other nodes: they cannot be written to, but know the map as well.
    private(set) var replicas: [Endpoint] = []
    /// Index in ``masters`` for each slot.
    private var owners: [UInt16]

    private static let nobody = UInt16.max

    /// Reads the answer to `CLUSTER SLOTS`: `[first, last, [host, port, …], [host, port, …]…]…`, the master first.
    /// (`CLUSTER SHARDS` tells the same, but servers before Redis 7 do not know it.)
    /// - Parameter server: who answered; stands for hosts that are left out.
    /// - Throws: `.connectFailed` when the node has no such map.
    init(_ value: RedisValue, saidBy server: Endpoint) throws(RedisError) {
        if case .error(let reply) = value {
            throw RedisError(code: .connectFailed, message: "\(server) tells no slots of a cluster: \(reply)")
        }
        owners = Array(repeating: Self.nobody, count: HashSlot.count)
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
            // A master without a known address: its slots count as served by nobody.
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

    /// Who serves the slot; nil when nobody does.
    func owner(of slot: Int) -> Endpoint? {
        let owner = owners[slot]
        return owner == Self.nobody ? nil : masters[Int(owner)]
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
