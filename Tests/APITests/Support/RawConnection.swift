import Foundation
import Glibc
import HTTPTypes

/// A TCP connection of a client that sends exactly the bytes it is told to. Blocking: use it from a thread, see
/// ``onThread(_:)``.
final class RawConnection {
    enum Failure: Error, Equatable {
        case refused
        /// The other end closed or reset the connection before the answer was complete.
        case broken(received: Int)
    }

    private let descriptor: Int32
    private var buffer: [UInt8] = []

    /// - Parameter source: the address to come from, any of this machine's.
    init(port: Int, timeoutSeconds: Int = 10, source: String? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        if let source {
            var own = sockaddr_in()
            own.sin_family = sa_family_t(AF_INET)
            own.sin_addr.s_addr = inet_addr(source)
            _ = withUnsafePointer(to: &own) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Failure.refused }
    }

    deinit { close(descriptor) }

    /// Breaks the connection instead of ending it when it is closed: the other end hears of a reset, and of nothing
    /// before it.
    func resetsOnClose() {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    }

    /// Sends what it can; a peer that stops reading is found out when reading.
    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// One answer: head and as much body as its Content-Length says.
    func answer() throws -> RawAnswer {
        let separator = Array("\r\n\r\n".utf8)
        var headEnd: Int?
        while headEnd == nil {
            headEnd = buffer.firstRange(of: separator)?.upperBound
            if headEnd == nil { try receive() }
        }
        let end = headEnd ?? 0
        let head = String(decoding: buffer[..<end], as: UTF8.self)
        let length = RawAnswer.header("content-length", in: head).flatMap { Int($0) } ?? 0
        while buffer.count < end + length { try receive() }
        let answer = RawAnswer(head: head, body: Array(buffer[end..<end + length]))
        buffer.removeFirst(end + length)
        return answer
    }

    /// Says that nothing more will be sent.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// All that has come, once `text` is in it: for answers that go on.
    func received(until text: String) throws -> String {
        let sought = Array(text.utf8)
        while buffer.firstRange(of: sought) == nil { try receive() }
        return String(decoding: buffer, as: UTF8.self)
    }

    /// Everything until the other end closes; what came when it breaks the connection.
    func rest() -> String {
        while (try? receive()) != nil {}
        return String(decoding: buffer, as: UTF8.self)
    }

    /// Whether the other end closes the connection in time, having said nothing more.
    func isClosed() -> Bool {
        guard buffer.isEmpty else { return false }
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, 0) == 0
    }

    private func receive() throws {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { throw Failure.broken(received: buffer.count) }
        buffer.append(contentsOf: chunk[..<count])
    }
}

/// Runs blocking code on a thread of its own and waits for it without blocking the cooperative pool.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        let thread = Thread { continuation.resume(with: Result(catching: body)) }
        thread.start()
    }
}

/// An answer as it stood on the wire.
struct RawAnswer: Sendable {
    let head: String
    let body: [UInt8]

    var status: Int { Int(head.dropFirst("HTTP/1.1 ".count).prefix(3)) ?? 0 }

    func header(_ name: String) -> String? { Self.header(name, in: head) }

    /// The same taken apart like any other answer.
    var answer: Answer {
        var fields: HTTPFields = [:]
        for name in ["content-type", "x-request-id", "connection"] {
            if let field = HTTPField.Name(name), let value = header(name) { fields[field] = value }
        }
        return Answer(status: status, headers: fields, body: body)
    }

    static func header(_ name: String, in head: String) -> String? {
        for line in head.split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == name { return String(parts[1].drop { $0 == " " }) }
        }
        return nil
    }
}
