import CHiredis
import Glibc

/// One connection of hiredis in non-blocking mode. The only code that touches C's types; it stays on the thread that
/// created it.
///
/// Works with hiredis 0.14 and 1.x: of the context only `err`, `errstr`, `fd` and `reader` are used, which both have.
struct HiredisSocket: ~Copyable {
    private let context: UnsafeMutablePointer<redisContext>
    /// What is between hiredis and the socket, if anything.
    private let tls: TLSStream?

    private init(_ context: UnsafeMutablePointer<redisContext>, tls: TLSStream?) {
        self.context = context
        self.tls = tls
    }

    /// Starts to connect. The socket becomes writable when that is decided; then ask ``finishConnecting()``.
    ///
    /// A host name is looked up here and now, which blocks this thread for as long as the resolver takes.
    static func connecting(to endpoint: Endpoint, tls settings: TLSSettings?) throws(RedisError) -> HiredisSocket {
        let context =
            switch endpoint {
            case .tcp(let host, let port): redisConnectNonBlock(host, Int32(port))
            case .unix(let path): redisConnectUnixNonBlock(path)
            }
        guard let context else {
            throw RedisError(code: .connectFailed, message: "no memory for a connection to Redis")
        }
        if context.pointee.err != 0 {
            let socket = HiredisSocket(context, tls: nil)
            throw RedisError(code: .connectFailed, message: "cannot connect to Redis: \(socket.reason)")
        }
        var tls: TLSStream?
        if let settings, case .tcp(let host, _) = endpoint {
            do throws(RedisError) {
                tls = try TLSStream(settings, descriptor: context.pointee.fd, host: host)
            } catch {
                redisFree(context)
                throw error
            }
        }
        let socket = HiredisSocket(context, tls: tls)
        // Programs started by this process must not hold the connection open.
        _ = fcntl(socket.descriptor, F_SETFD, FD_CLOEXEC)
        // A peer that vanished is noticed even while nothing is sent. Unix sockets refuse this and do not need it.
        if case .tcp = endpoint { _ = redisEnableKeepAlive(context) }
        return socket
    }

    deinit {
        redisFree(context)
    }

    /// For `poll(2)`.
    var descriptor: Int32 { context.pointee.fd }

    /// What a connecting socket waits for: to be written to, or by TLS to be read from.
    var waitsToWrite: Bool { tls?.wantsWrite ?? true }

    /// To be called when the connecting socket has become what it waits for, or failed. Returns whether it is connected
    /// now.
    borrowing func finishConnecting() throws(RedisError) -> Bool {
        var status: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        if getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &status, &size) != 0 { status = errno }
        if status != 0 {
            throw RedisError(
                code: .connectFailed, message: "cannot connect to Redis: \(String(cString: strerror(status)))")
        }
        return try tls?.open() ?? true
    }

    /// Adds encoded commands to the output buffer.
    borrowing func append(_ bytes: [UInt8]) throws(RedisError) {
        if let tls { return tls.append(bytes) }
        let status = bytes.withUnsafeBytes { redisAppendFormattedCommand(context, $0.baseAddress, $0.count) }
        guard status == REDIS_OK else { throw lost }
    }

    /// Writes as much of the output buffer as the socket takes. Returns whether the buffer is empty now.
    borrowing func flush() throws(RedisError) -> Bool {
        if let tls { return try tls.flush() }
        var isDone: Int32 = 0
        guard redisBufferWrite(context, &isDone) == REDIS_OK else { throw lost }
        return isDone != 0
    }

    /// Reads what has arrived, at most some 16 KiB.
    borrowing func receive() throws(RedisError) {
        if let tls {
            return try tls.receive {
                redisReaderFeed(context.pointee.reader, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
            }
        }
        guard redisBufferRead(context) == REDIS_OK else { throw lost }
    }

    /// The next complete reply among what was read; nil when there is none.
    borrowing func nextReply() throws(RedisError) -> RedisValue? {
        var reply: UnsafeMutableRawPointer?
        guard redisGetReplyFromReader(context, &reply) == REDIS_OK else {
            // Of TLS an alert, which is how a port that is encrypted answers to plain text.
            let advice =
                tls == nil && reason.contains("\\x15") ? "; the server speaks TLS at this port, so use rediss://" : ""
            throw RedisError(
                code: .protocolViolation, message: "Redis sent what is not its protocol: \(reason)\(advice)")
        }
        guard let reply else { return nil }
        defer { freeReplyObject(reply) }
        return RedisValue(reply.assumingMemoryBound(to: redisReply.self).pointee)
    }

    private var lost: RedisError {
        RedisError(code: .connectionLost, message: "the connection to Redis broke: \(reason)")
    }

    /// hiredis' words for the last error.
    private var reason: String {
        withUnsafeBytes(of: context.pointee.errstr) { buffer in
            String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

extension RedisValue {
    /// Copies a reply out of C's memory.
    fileprivate init(_ reply: redisReply) {
        switch reply.type {
        case REDIS_REPLY_STRING: self = .string(Array(reply.content))
        case REDIS_REPLY_INTEGER: self = .integer(reply.integer)
        case REDIS_REPLY_STATUS: self = .status(String(decoding: reply.content, as: UTF8.self))
        case REDIS_REPLY_ERROR: self = .error(String(decoding: reply.content, as: UTF8.self))
        case REDIS_REPLY_ARRAY:
            self = .array(
                UnsafeBufferPointer(start: reply.element, count: reply.elements).map { element in
                    element.map { RedisValue($0.pointee) } ?? .null
                })
        // REDIS_REPLY_NIL. The types of RESP3 do not occur on a connection that never asked for it with HELLO 3.
        default: self = .null
        }
    }
}

extension redisReply {
    fileprivate var content: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: str, count: len) }
}
