import Glibc
import TestSupport
import Threading

/// A Redis that says it is of another version: a relay in front of the real one that rewrites the number in its
/// answers.
///
/// Debian has one version of Redis only. The number must have as many characters as the real one, because Redis says
/// how long a text is before it sends it.
final class OldRedis: Sendable {
    let port: Int
    private let server: RedisServer
    private let listener: Int32

    init(version: String) async throws {
        server = try await RedisServer.start()
        let real = server.port
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        port = try FreePort.next()
        address.sin_port = UInt16(port).bigEndian
        guard Self.with(&address, { bind(listener, $0, $1) }) == 0, listen(listener, 16) == 0 else {
            throw Shop.Failed(what: "cannot listen on port \(port)")
        }
        let listening = listener
        _ = OSThread.start(name: "old-redis") {
            while true {
                let client = accept(listening, nil, nil)
                guard client >= 0 else { return }
                let upstream = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
                var address = sockaddr_in()
                address.sin_family = sa_family_t(AF_INET)
                address.sin_addr.s_addr = inet_addr("127.0.0.1")
                address.sin_port = UInt16(real).bigEndian
                guard Self.with(&address, { connect(upstream, $0, $1) }) == 0 else { return }
                _ = OSThread.start(name: "old-redis-up") { Self.copy(from: client, to: upstream) { $0 } }
                _ = OSThread.start(name: "old-redis-down") {
                    Self.copy(from: upstream, to: client) { Self.renumber($0, as: version) }
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static func with(_ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32)
        -> Int32
    {
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }

    private static func copy(from source: Int32, to target: Int32, _ change: ([UInt8]) -> [UInt8]) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(source, &buffer, buffer.count)
            guard count > 0 else { break }
            let bytes = change(Array(buffer[..<count]))
            guard write(target, bytes, bytes.count) == bytes.count else { break }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(target, Int32(SHUT_RDWR))
    }

    private static func renumber(_ bytes: [UInt8], as version: String) -> [UInt8] {
        let mark = Array("redis_version:".utf8)
        guard bytes.count > mark.count,
            let start = (0...(bytes.count - mark.count)).first(where: { bytes[$0..<($0 + mark.count)] == mark[...] })
        else { return bytes }
        let begin = start + mark.count
        let end = bytes[begin...].firstIndex(of: UInt8(ascii: "\r")) ?? begin
        var changed = bytes
        changed.replaceSubrange(begin..<end, with: Array(version.utf8.prefix(end - begin)))
        return changed
    }
}
