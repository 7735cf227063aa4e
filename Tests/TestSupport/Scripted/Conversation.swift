import Dispatch
import Foundation
import Glibc

/// One accepted connection, as its script sees it: blocking reads and writes. Used on the script's thread only.
package final class Conversation {
    /// The other side is gone, or did not say what the script waits for.
    package struct Over: Error {}

    /// 1 for the server's first connection.
    package let number: Int
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(descriptor: Int32, number: Int) {
        self.descriptor = descriptor
        self.number = number
        // A script that waits for ever would outlive its test.
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Sends text as it is.
    package func write(_ text: String) throws {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Over() }
            bytes = bytes.dropFirst(count)
        }
    }

    /// One line without its CR LF.
    package func readLine() throws -> String {
        while true {
            if let end = buffer.firstIndex(of: 0x0A) {
                let line = buffer[..<end]
                buffer.removeSubrange(...end)
                return String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
            }
            try fill()
        }
    }

    /// Exactly this many bytes.
    package func read(_ count: Int) throws -> [UInt8] {
        while buffer.count < count { try fill() }
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    /// The next request with its body.
    package func readRequest() throws -> ScriptedRequest {
        let start = try readLine().split(separator: " ")
        guard start.count == 3 else { throw Over() }
        var headers: [String: String] = [:]
        while true {
            let line = try readLine()
            if line.isEmpty { break }
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw Over() }
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        let body = try read(Int(headers["content-length"] ?? "0") ?? 0)
        return ScriptedRequest(
            method: String(start[0]), target: String(start[1]), headers: headers,
            body: String(decoding: body, as: UTF8.self))
    }

    /// An answer with a length.
    package func answer(_ status: Int, headers: [String: String] = [:], _ body: String = "") throws {
        let fields = headers.map { "\($0.key): \($0.value)\r\n" }.sorted().joined()
        try write("HTTP/1.1 \(status) Scripted\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// Closes so that the other side sees a reset instead of an orderly end.
    package func reset() throws {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        throw Over()
    }

    /// Returns when the other side has closed.
    package func waitForClose() {
        while (try? fill()) != nil { buffer.removeAll() }
    }

    private func fill() throws {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { throw Over() }
        buffer += chunk[..<count]
    }
}

extension Conversation {
    /// Holds the script up until something has happened, for at most 30 s.
    package func block(until signal: OneTimeSignal) {
        let happened = DispatchSemaphore(value: 0)
        signal.whenFired { happened.signal() }
        _ = happened.wait(timeout: .now() + .seconds(30))
    }
}
