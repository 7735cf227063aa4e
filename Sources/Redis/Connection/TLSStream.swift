import CHiredis

/// How connections are encrypted, and whom they trust.
struct TLSSettings: Sendable, Equatable {
    /// A file of the authorities that are trusted, PEM; nil for those of the system.
    var authorities: String?
    /// Files of the certificate that we show, and of its key, PEM.
    var certificate: String?
    var key: String?
    /// Whom each server's certificate must be for; nil for the host that is connected to.
    var serverName: String?
}

/// TLS on a connected, non-blocking socket. Stays on the thread that made it, like ``HiredisSocket``, whose socket it
/// uses.
///
/// Source: OpenSSL 3.0 manual, ssl(7).
final class TLSStream {
    private let context: OpaquePointer
    private let stream: OpaquePointer
    private(set) var isOpen = false
    /// Encoded and not yet written.
    private var outgoing: [UInt8] = []
    private var written = 0
    private var buffer = [UInt8](repeating: 0, count: 16 * 1024)
    /// What it waits for while it is being opened.
    private(set) var wantsWrite = true

    /// - Throws: `.refused` for files that cannot be used.
    init(_ settings: TLSSettings, descriptor: Int32, host: String) throws(RedisError) {
        var made: OpaquePointer?
        let problem = cartwright_tls_configure(&made, settings.authorities, settings.certificate, settings.key)
        let names = [1: "ca", 2: "cert", 3: "key"]
        guard problem == 0, let made else {
            if let made { SSL_CTX_free(made) }
            guard let name = names[Int(problem)] else {
                throw RedisError(code: .connectFailed, message: "no memory for TLS")
            }
            throw RedisError(
                code: .refused, message: "TLS to Redis: the file that '\(name)' names cannot be used as PEM")
        }
        guard let opened = cartwright_tls_open(made, descriptor, settings.serverName ?? host) else {
            SSL_CTX_free(made)
            throw RedisError(code: .connectFailed, message: "no memory for TLS")
        }
        (context, stream) = (made, opened)
    }

    deinit {
        // A word of farewell is not waited for.
        if isOpen { SSL_shutdown(stream) }
        SSL_free(stream)
        SSL_CTX_free(context)
    }

    /// Goes on with the handshake. Returns whether it is over.
    func open() throws(RedisError) -> Bool {
        let outcome = Int(cartwright_tls_handshake(stream))
        wantsWrite = outcome == CARTWRIGHT_TLS_WANTS_WRITE
        switch outcome {
        case CARTWRIGHT_TLS_DONE: isOpen = true
        case CARTWRIGHT_TLS_WANTS_READ, CARTWRIGHT_TLS_WANTS_WRITE: break
        default: throw failure(.connectFailed, "cannot connect to Redis: TLS failed")
        }
        return isOpen
    }

    func append(_ bytes: [UInt8]) { outgoing.append(contentsOf: bytes) }

    /// Writes as much as the socket takes. Returns whether all is written.
    func flush() throws(RedisError) -> Bool {
        while written < outgoing.count {
            var count = 0
            let outcome = Int(
                outgoing.withUnsafeBytes {
                    cartwright_tls_write(stream, $0.baseAddress.map { $0 + written }, $0.count - written, &count)
                })
            switch outcome {
            case CARTWRIGHT_TLS_DONE: written += count
            case CARTWRIGHT_TLS_WANTS_READ, CARTWRIGHT_TLS_WANTS_WRITE: return false
            default:
                // What the server said before it hung up says more than that it did.
                try receive { _ in }
                throw failure(.connectionLost, "the connection to Redis broke")
            }
        }
        outgoing.removeAll(keepingCapacity: outgoing.capacity <= 1 << 20)
        written = 0
        return true
    }

    /// Hands on what has arrived, piece by piece. What is already decrypted is never left lying, because poll(2) knows
    /// nothing of it.
    func receive(_ take: (UnsafeRawBufferPointer) -> Void) throws(RedisError) {
        repeat {
            var count = 0
            let outcome = Int(
                buffer.withUnsafeMutableBytes { cartwright_tls_read(stream, $0.baseAddress, $0.count, &count) })
            switch outcome {
            case CARTWRIGHT_TLS_DONE: buffer.withUnsafeBytes { take(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            case CARTWRIGHT_TLS_WANTS_READ, CARTWRIGHT_TLS_WANTS_WRITE: return
            case CARTWRIGHT_TLS_CLOSED:
                throw RedisError(
                    code: .connectionLost, message: "the connection to Redis broke: Server closed the connection")
            default: throw failure(.connectionLost, "the connection to Redis broke")
            }
        } while SSL_pending(stream) > 0
    }

    /// What only other settings mend is a refusal.
    private func failure(_ code: RedisError.Code, _ what: String) -> RedisError {
        if let distrust = cartwright_tls_distrust(stream) {
            let words = String(cString: distrust)
            return RedisError(
                code: .refused,
                message:
                    "TLS to Redis: its certificate is not trusted (\(words)); name its authority with 'ca', and "
                    + "its name with 'server-name' where it is not the host's"
            )
        }
        switch Int(cartwright_tls_reason()) {
        case CARTWRIGHT_TLS_NOT_SPOKEN:
            return RedisError(
                code: .refused, message: "the server does not speak TLS at this port; use its TLS port, or redis://")
        case CARTWRIGHT_TLS_CERTIFICATE_WANTED:
            return RedisError(
                code: .refused,
                message: "TLS to Redis: the server asks for a certificate; name one with 'cert' and 'key'")
        case CARTWRIGHT_TLS_UNKNOWN_CA, CARTWRIGHT_TLS_BAD_CERTIFICATE, CARTWRIGHT_TLS_HANDSHAKE_REFUSED:
            return RedisError(
                code: .refused,
                message: "TLS to Redis: the server does not accept the certificate that 'cert' names, or wants one")
        default:
            let reason = cartwright_tls_reason_text().map { String(cString: $0) } ?? "Server closed the connection"
            return RedisError(code: code, message: "\(what): \(reason)")
        }
    }
}
