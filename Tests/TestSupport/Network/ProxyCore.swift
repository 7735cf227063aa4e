import Glibc
import Threading

/// The part of ``TCPProxy`` that its threads hold.
final class ProxyCore: Sendable {
    /// What ends all connections.
    enum Trigger {
        case clientBytes(Int)
        case serverBytes(Int)
        case command(Int, delivered: Bool)
    }

    /// A text that makes the connection on which it passes stand still.
    struct Snare {
        let text: [UInt8]
        let direction: TCPProxy.Direction
        /// Whether the bytes around it still go on.
        let delivered: Bool
    }

    private struct Connection {
        let client: Int32
        let server: Int32
        var commands = CommandCounter()
        /// It ends as soon as its threads notice; nothing more passes.
        var isCut = false
        /// What the server says is read and forgotten.
        var losesReplies = false
        /// It stays open and nothing passes.
        var isHeld = false
        /// Threads that still read from it; the last one closes both descriptors.
        var pumps = 2
    }

    private struct State {
        var connections: [Int: Connection] = [:]
        var accepted = 0
        var isPaused = false
        var isRefusing = false
        var isStopped = false
        var trigger: Trigger?
        var snare: Snare?
        var target: UInt16
    }

    /// What to do with bytes that arrived.
    private enum Verdict {
        case forward(Int)
        case forwardThenCut(Int)
        case drop
    }

    private let state: Monitor<State>

    init(target: UInt16) {
        state = Monitor(State(target: target))
    }

    var connectionCount: Int { state.withLock { $0.connections.count } }
    var acceptedCount: Int { state.withLock { $0.accepted } }

    func setPaused(_ value: Bool) {
        state.withLock { $0.isPaused = value }
        state.signal()
    }

    func setRefusing(_ value: Bool) {
        state.withLock { $0.isRefusing = value }
    }

    func arm(_ trigger: Trigger) {
        state.withLock { $0.trigger = trigger }
    }

    func arm(_ snare: Snare) {
        state.withLock { $0.snare = snare }
    }

    var isHolding: Bool { state.withLock { $0.connections.values.contains(where: \.isHeld) } }

    func release() {
        state.withLock { state in
            state.snare = nil
            for id in state.connections.keys { state.connections[id]?.isHeld = false }
        }
        state.signal()
    }

    /// Later connections go to another server.
    func redirect(to target: UInt16) {
        state.withLock { $0.target = target }
    }

    func cut() {
        state.withLock { Self.cut(&$0) }
        state.signal()
    }

    /// Returns false when it was stopped before.
    func stop() -> Bool {
        defer { state.signal() }
        return state.withLock { state in
            defer { state.isStopped = true }
            Self.cut(&state)
            return !state.isStopped
        }
    }

    /// Connects a client that was accepted to the server.
    func serve(_ client: Int32) {
        let target = state.withLock { $0.isRefusing || $0.isStopped ? nil : $0.target }
        guard let target, let server = Loopback.connect(to: target) else {
            close(client)
            return
        }
        let id = state.withLock { state in
            state.accepted += 1
            state.connections[state.accepted] = Connection(client: client, server: server)
            return state.accepted
        }
        _ = OSThread.start(name: "proxy-up") { self.pump(id, from: client, to: server, .fromClient) }
        _ = OSThread.start(name: "proxy-down") { self.pump(id, from: server, to: client, .fromServer) }
    }

    private func pump(_ id: Int, from source: Int32, to destination: Int32, _ direction: TCPProxy.Direction) {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        receiving: while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            switch judge(buffer[..<count], of: id, direction) {
            case .forward(let length):
                guard Loopback.sendAll(buffer[..<length], to: destination) else { break receiving }
            case .forwardThenCut(let length):
                _ = Loopback.sendAll(buffer[..<length], to: destination)
                cut()
                break receiving
            case .drop:
                break receiving
            }
        }
        finish(id)
    }

    /// Waits while paused, then decides.
    private func judge(_ bytes: ArraySlice<UInt8>, of id: Int, _ direction: TCPProxy.Direction) -> Verdict {
        state.wait { state -> Verdict? in
            guard let connection = state.connections[id], !connection.isCut else { return .drop }
            if state.isPaused || connection.isHeld { return nil }
            if let snare = state.snare, snare.direction == direction, bytes.contains(snare.text) {
                state.snare = nil
                state.connections[id]?.isHeld = true
                if !snare.delivered { return nil }
            }
            if connection.losesReplies && direction == .fromServer { return .forward(0) }
            return Self.apply(&state, to: bytes, of: id, direction)
        }
    }

    private static func apply(
        _ state: inout State, to bytes: ArraySlice<UInt8>, of id: Int, _ direction: TCPProxy.Direction
    ) -> Verdict {
        switch (state.trigger, direction) {
        case (.clientBytes(let left), .fromClient), (.serverBytes(let left), .fromServer):
            guard bytes.count < left else {
                state.trigger = nil
                return .forwardThenCut(left)
            }
            state.trigger =
                direction == .fromClient ? .clientBytes(left - bytes.count) : .serverBytes(left - bytes.count)
            return .forward(bytes.count)
        case (_, .fromClient):
            return countCommands(&state, in: bytes, of: id)
        default:
            return .forward(bytes.count)
        }
    }

    private static func countCommands(_ state: inout State, in bytes: ArraySlice<UInt8>, of id: Int) -> Verdict {
        var lastEnd = 0
        for (offset, byte) in bytes.enumerated() where state.connections[id]?.commands.consume(byte) == true {
            if case .command(let number, let delivered) = state.trigger {
                if number <= 1 {
                    state.trigger = nil
                    state.connections[id]?.losesReplies = true
                    return .forwardThenCut(delivered ? offset + 1 : lastEnd)
                }
                state.trigger = .command(number - 1, delivered: delivered)
            }
            lastEnd = offset + 1
        }
        return .forward(bytes.count)
    }

    /// The descriptors are only shut down here; their pumps wake up from that and close them.
    private static func cut(_ state: inout State) {
        for (id, connection) in state.connections {
            state.connections[id]?.isCut = true
            shutdown(connection.client, Int32(SHUT_RDWR))
            shutdown(connection.server, Int32(SHUT_RDWR))
        }
    }

    private func finish(_ id: Int) {
        state.withLock { state in
            guard var connection = state.connections[id] else { return }
            connection.pumps -= 1
            connection.isCut = true
            // One direction's end ends the other, as neither Redis nor PostgreSQL uses half-closed connections.
            shutdown(connection.client, Int32(SHUT_RDWR))
            shutdown(connection.server, Int32(SHUT_RDWR))
            state.connections[id] = connection.pumps > 0 ? connection : nil
            if connection.pumps == 0 {
                close(connection.client)
                close(connection.server)
            }
        }
        state.signal()
    }
}
