internal import CCurl

/// What is known about a transfer that ended without an answer.
struct TransferSnapshot {
    /// libcurl's result.
    var result: CURLcode
    /// Bytes of requests written to any connection, silent resends included (`CURLINFO_REQUEST_SIZE`).
    var requestBytes = 0
    /// SMTP: the code of the server's last reply, 0 before the first.
    var replyCode = 0
    /// SMTP: the last line of the server's last reply.
    var replyLine = ""
    /// SMTP: whether any of the message was handed to libcurl.
    var messageBegan = false
    /// SMTP: whether the whole message was handed to libcurl, so that the final dot may have left.
    var messageHandedOver = false
    /// SMTP: we stopped because the server does not take the addresses.
    var lacksSMTPUTF8 = false
    /// The answer grew past its limit; we stopped reading.
    var exceededLimit = false
    /// `scheme://host:port`.
    var origin: String
    /// What libcurl wrote about the failure.
    var detail = ""
}

/// Turns libcurl's results into errors that say whether the request may have been acted upon. Pure.
enum FailureClassifier {
    /// HTTP: nothing but "no byte of any request was written" proves that nothing was done. The result code alone does
    /// not: libcurl resends on a fresh connection when a re-used one was dead, and that second try may fail to connect
    /// after the first was sent.
    static func http(_ facts: TransferSnapshot) -> OutboundError {
        let code = facts.exceededLimit ? .tooLarge : self.code(of: facts.result)
        return OutboundError(
            code: code, certainty: facts.requestBytes == 0 ? .notSent : .ambiguous, message: message(code, facts))
    }

    /// SMTP: a message becomes the server's when it answers the final dot (RFC 5321, 4.2.5). Before the dot can have
    /// left, and after a refusal, nothing was accepted.
    static func smtp(_ facts: TransferSnapshot) -> OutboundError {
        if facts.lacksSMTPUTF8 {
            return OutboundError(
                code: .needsSMTPUTF8, certainty: .notSent,
                message:
                    "\(facts.origin) takes no addresses with letters beyond ASCII in front of the @: it does "
                    + "not offer SMTPUTF8."
            )
        }
        if (400...599).contains(facts.replyCode) {
            let refusal = SMTPRefusal(
                code: facts.replyCode, enhanced: enhancedCode(in: facts.replyLine),
                deniesRelaying: deniesRelaying(facts.replyLine), stage: stage(facts))
            return OutboundError(
                code: .smtp(refusal), certainty: .notSent, message: "\(facts.origin) answered \(refusal).")
        }
        let code = self.code(of: facts.result)
        return OutboundError(
            code: code, certainty: facts.messageHandedOver ? .ambiguous : .notSent, message: message(code, facts))
    }

    /// What the last reply was to. libcurl gives one result for several commands and names the command in its message.
    private static func stage(_ facts: TransferSnapshot) -> SMTPRefusal.Stage {
        if facts.messageBegan || facts.detail.hasPrefix("DATA failed") { return .message }
        if facts.detail.hasPrefix("MAIL failed") { return .sender }
        if facts.detail.hasPrefix("RCPT failed") { return .recipient }
        return facts.result == CURLE_LOGIN_DENIED ? .login : .connection
    }

    /// Words that servers without enhanced codes refuse to pass email on with: "relay not permitted", "Administrative
    /// prohibition", "Authentication required".
    private static func deniesRelaying(_ line: String) -> Bool {
        let text = line.lowercased()
        return ["relay", "prohibit", "authenticat", "log in"].contains { text.contains($0) }
    }

    /// `5.1.1` of `550 5.1.1 No such user`.
    private static func enhancedCode(in line: String) -> String? {
        guard let word = line.dropFirst(4).split(whereSeparator: \.isWhitespace).first else { return nil }
        let parts = word.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let areNumbers = parts.allSatisfy { (1...3).contains($0.count) && $0.allSatisfy { (0x30...0x39).contains($0) } }
        return parts.count == 3 && areNumbers && parts[0].count == 1 ? String(word) : nil
    }

    private static func code(of result: CURLcode) -> OutboundError.Code {
        switch result {
        case CURLE_URL_MALFORMAT: .badURL
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve
        case CURLE_COULDNT_CONNECT: .connect
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER,
            CURLE_SSL_ISSUER_ERROR, CURLE_USE_SSL_FAILED:
            .tls
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_SEND_ERROR, CURLE_SEND_FAIL_REWIND: .sendFailed
        case CURLE_RECV_ERROR: .receiveFailed
        case CURLE_GOT_NOTHING: .emptyReply
        case CURLE_PARTIAL_FILE: .truncated
        case CURLE_ABORTED_BY_CALLBACK: .canceled
        case CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_UNSUPPORTED_PROTOCOL,
            CURLE_BAD_CONTENT_ENCODING:
            .protocolViolation
        // Logging in can fail without a reply that refuses it, when the server offers no way to log in that we know.
        case CURLE_LOGIN_DENIED: .connect
        default: .receiveFailed
        }
    }

    private static func message(_ code: OutboundError.Code, _ facts: TransferSnapshot) -> String {
        let text: String
        switch code {
        // libcurl's own sentence names host, port and reason here and nothing else.
        case .resolve, .connect, .tls, .timeout:
            text = facts.detail.isEmpty ? CurlLibrary.text(of: facts.result) : facts.detail
        case .tooLarge: text = "The answer was larger than allowed"
        case .canceled: text = "The call was canceled"
        default: text = CurlLibrary.text(of: facts.result)
        }
        return "\(facts.origin): \(text)."
    }
}
