import Metrics
import NIOCore
import Synchronization

/// What all connections share: bodies in memory, and connections by address.
final class EdgeResources: Sendable {
    private struct State {
        var bodyBytes = 0
        var connections: [String: Int] = [:]
    }

    let limits: EdgeLimits
    /// Whether connections from an address are not counted: those of proxies, which bring all clients' requests.
    private let isProxy: @Sendable (String) -> Bool
    private let state = Mutex(State())

    init(limits: EdgeLimits, isProxy: @escaping @Sendable (String) -> Bool = { _ in false }) {
        self.limits = limits
        self.isProxy = isProxy
    }

    /// Bytes of bodies that are held now.
    var heldBodyBytes: Int { state.withLock { $0.bodyBytes } }

    /// Whether so many more bytes may be held. Release them with ``releaseBody(bytes:)``.
    func reserveBody(bytes: Int) -> Bool {
        state.withLock { state in
            guard state.bodyBytes + bytes <= limits.heldBodyBytes else { return false }
            state.bodyBytes += bytes
            return true
        }
    }

    func releaseBody(bytes: Int) { if bytes > 0 { state.withLock { $0.bodyBytes -= bytes } } }

    /// Counts a connection until its channel is closed.
    ///
    /// - Returns: whether the address has too many, this one included.
    func opened(_ channel: any Channel) -> Bool {
        guard let address = channel.remoteAddress?.ipAddress, !isProxy(address) else { return false }
        let key = Self.network(of: address)
        let count = state.withLock { state in
            state.connections[key, default: 0] += 1
            return state.connections[key, default: 0]
        }
        channel.closeFuture.whenComplete { _ in self.closed(key) }
        return count > limits.connectionsPerAddress
    }

    private func closed(_ key: String) {
        state.withLock { state in
            let count = (state.connections[key] ?? 1) - 1
            state.connections[key] = count > 0 ? count : nil
        }
    }

    /// One customer of a provider has 2⁶⁴ addresses of IPv6, and one of IPv4.
    static func network(of address: String) -> String {
        let groups = address.split(separator: ":", omittingEmptySubsequences: false)
        guard groups.count > 2, !address.contains(".") else { return address }
        var full: [Substring] = []
        for group in groups where full.count < 4 {
            guard !group.isEmpty || full.isEmpty && groups.first != "" else { break }
            full.append(group)
        }
        return full.joined(separator: ":") + "::/64"
    }

    /// One counter per status, so that refusals are seen without counting as requests of the shop.
    func count(_ status: Int) {
        Counter(label: "http.server.refusals", dimensions: [("status", String(status))]).increment()
    }
}
