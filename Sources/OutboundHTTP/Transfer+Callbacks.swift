internal import CCurl

extension Transfer {
    /// Answer headers beyond this are taken for an attack.
    private static let maximumHeaderBytes = 64 << 10

    func connectCallbacks() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        let easy = handle.pointer
        handle.note(cw_set_private(easy, context))
        handle.note(
            cw_on_body(
                easy, { bytes, size, count, context in Transfer.at(context)?.takeBody(bytes, size * count) ?? 0 },
                context))
        handle.note(
            cw_on_header(
                easy, { bytes, size, count, context in Transfer.at(context)?.takeHeader(bytes, size * count) ?? 0 },
                context))
        handle.note(
            cw_on_read(
                easy, { bytes, size, count, context in Transfer.at(context)?.give(bytes, size * count) ?? 0 }, context))
        handle.note(
            cw_on_seek(
                easy, { context, offset, _ in Transfer.at(context)?.rewind(to: Int(offset)) ?? CURL_SEEKFUNC_FAIL },
                context))
        handle.note(
            cw_on_progress(
                easy, { context, _, _, _, _ in Transfer.at(context)?.ticket.isCancelled == true ? 1 : 0 }, context))
    }

    /// The transfer behind a callback's context.
    static func at(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    private func takeBody(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        guard let bytes, body.count + count <= bodyLimit else {
            exceededLimit = true
            return 0
        }
        body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
        return count
    }

    private func takeHeader(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        headerBytes += count
        guard let bytes, headerBytes <= Self.maximumHeaderBytes else {
            exceededLimit = true
            return 0
        }
        let line = String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
        // A new status line starts over: what came before was an interim answer (RFC 9110, 15.2).
        if case .http = work, line.hasPrefix("HTTP/") { lines.removeAll() }
        lines.append(line)
        if utf8Watch?.lacksSupport(after: line) == true {
            lacksSMTPUTF8 = true
            return 0
        }
        return count
    }

    private func give(_ bytes: UnsafeMutablePointer<CChar>?, _ room: Int) -> Int {
        let count = min(room, outgoing.count - sent)
        guard let bytes, count > 0 else { return 0 }
        UnsafeMutableRawBufferPointer(start: bytes, count: count).copyBytes(from: outgoing[sent..<sent + count])
        sent += count
        return count
    }

    /// libcurl asks for this before it sends a body again. Refusing makes the transfer fail instead, which for a
    /// request without an idempotency key is the only safe answer.
    private func rewind(to offset: Int) -> Int32 {
        guard mayResend, (0...outgoing.count).contains(offset) else { return CURL_SEEKFUNC_FAIL }
        sent = offset
        return CURL_SEEKFUNC_OK
    }
}
