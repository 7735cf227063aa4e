package import Foundation
import Glibc
import Synchronization

/// A TCP server on a free loopback port whose every connection runs a script on a thread of its own: for answers no
/// real server can be brought to give at the right moment.
///
/// It serves until it is stopped or the test process ends, so that a test need not keep it in a variable.
package final class ScriptedServer: Sendable {
    /// Plays the server's part on one connection. Throwing or returning closes it.
    package typealias Script = @Sendable (Conversation) throws -> Void

    /// The port it listens on.
    package let port: Int
    private let listener: Int32
    private let state: Mutex<State>

    private struct State {
        var connections = 0
        var open: [Int32: Bool] = [:]
        var isStopped = false
    }

    /// Starts listening. Connections are numbered from 1.
    package init(_ script: @escaping Script) throws {
        let (listener, port) = try Self.listen(backlog: 128)
        self.listener = listener
        self.port = port
        state = Mutex(State())
        Thread.detachNewThread { [self] in
            // Closed by this thread only: a number closed elsewhere could be somebody else's socket by the time it is
            // accepted on.
            defer { Glibc.close(listener) }
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { return }
                guard let number = admit(descriptor) else {
                    Glibc.close(descriptor)
                    return
                }
                Thread.detachNewThread {
                    let conversation = Conversation(descriptor: descriptor, number: number)
                    try? script(conversation)
                    self.dismiss(descriptor)
                }
            }
        }
    }

    /// `http://127.0.0.1:<port>`.
    package var url: String { "http://127.0.0.1:\(port)" }

    /// How many connections have been accepted so far.
    package var connections: Int { state.withLock { $0.connections } }

    /// Refuses new connections and cuts those there are.
    package func stop() {
        state.withLock { state in
            guard !state.isStopped else { return }
            state.isStopped = true
            shutdown(listener, Int32(SHUT_RDWR))
            for descriptor in state.open.keys { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    private func admit(_ descriptor: Int32) -> Int? {
        state.withLock { state in
            if state.isStopped { return nil }
            state.connections += 1
            state.open[descriptor] = true
            return state.connections
        }
    }

    /// Closes under the lock, so that `stop` never touches a descriptor that has been given to somebody else since.
    private func dismiss(_ descriptor: Int32) {
        state.withLock { state in
            state.open[descriptor] = nil
            Glibc.close(descriptor)
        }
    }

    /// A listening socket on a free loopback port.
    package static func listen(backlog: Int32) throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && Glibc.listen(descriptor, backlog) == 0
                    && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard bound else {
            Glibc.close(descriptor)
            throw POSIXError(.init(rawValue: errno) ?? .EIO)
        }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// 127.0.0.1 with a port.
    package static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        return address
    }
}

/// A request as a scripted server received it.
package struct ScriptedRequest: Sendable {
    /// `GET`, `POST`, …
    package let method: String
    /// Path and query.
    package let target: String
    /// Fields by lower-case name.
    package let headers: [String: String]
    /// The body as text.
    package let body: String
}

/// What threads of a test noted down, in order.
package final class ScriptLog<Entry: Sendable>: Sendable {
    private let list = Mutex<[Entry]>([])

    /// An empty log.
    package init() {}

    /// Adds an entry.
    package func note(_ entry: Entry) {
        list.withLock { $0.append(entry) }
    }

    /// All entries so far.
    package var entries: [Entry] { list.withLock { $0 } }
}
