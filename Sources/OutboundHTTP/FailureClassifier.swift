internal import CCurl

/// What is known about a transfer that ended without an answer.
struct TransferFacts {
    /// libcurl's result.
    var result: CURLcode
    /// Bytes of requests written to any connection, silent resends included (`CURLINFO_REQUEST_SIZE`).
    var requestBytes = 0
    /// SMTP: the code of the server's last reply, 0 before the first.
    var replyCode = 0
    /// SMTP: whether the whole message was handed to libcurl, so that the final dot may have left.
    var messageHandedOver = false
    /// The answer grew past its limit; we stopped reading.
    var exceededLimit = false
    /// `scheme://host:port`.
    var origin: String
    /// What libcurl wrote about the failure.
    var detail = ""
}

/// Turns libcurl's results into errors that say whether the request may have been acted upon. Pure.
enum FailureClassifier {
    /// HTTP: nothing but "no byte of any request was written" proves that nothing was done. The result code alone does not: libcurl resends on
    /// a fresh connection when a re-used one was dead, and that second try may fail to connect after the first was sent.
    static func http(_ facts: TransferFacts) -> OutboundError {
        let code = facts.exceededLimit ? .tooLarge : self.code(of: facts.result)
        return OutboundError(code: code, certainty: facts.requestBytes == 0 ? .notSent : .ambiguous, message: message(code, facts))
    }

    /// SMTP: a message becomes the server's when it answers the final dot (RFC 5321, 4.2.5). Before the dot can have left, and after a
    /// refusal, nothing was accepted.
    static func smtp(_ facts: TransferFacts) -> OutboundError {
        if (400...599).contains(facts.replyCode) {
            let code = OutboundError.Code.smtp(facts.replyCode)
            return OutboundError(code: code, certainty: .notSent, message: "\(facts.origin) answered \(facts.replyCode).")
        }
        let code = self.code(of: facts.result)
        return OutboundError(code: code, certainty: facts.messageHandedOver ? .ambiguous : .notSent, message: message(code, facts))
    }

    private static func code(of result: CURLcode) -> OutboundError.Code {
        switch result {
        case CURLE_URL_MALFORMAT: .badURL
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve
        case CURLE_COULDNT_CONNECT: .connect
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_ISSUER_ERROR, CURLE_USE_SSL_FAILED:
            .tls
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_SEND_ERROR, CURLE_SEND_FAIL_REWIND: .sendFailed
        case CURLE_RECV_ERROR: .receiveFailed
        case CURLE_GOT_NOTHING: .emptyReply
        case CURLE_PARTIAL_FILE: .truncated
        case CURLE_ABORTED_BY_CALLBACK: .cancelled
        case CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING:
            .protocolViolation
        // Logging in can fail without a reply that refuses it, when the server offers no way to log in that we know.
        case CURLE_LOGIN_DENIED: .connect
        default: .receiveFailed
        }
    }

    private static func message(_ code: OutboundError.Code, _ facts: TransferFacts) -> String {
        let text: String
        switch code {
        // libcurl's own sentence names host, port and reason here and nothing else.
        case .resolve, .connect, .tls, .timeout: text = facts.detail.isEmpty ? CurlLibrary.text(of: facts.result) : facts.detail
        case .tooLarge: text = "The answer was larger than allowed"
        case .cancelled: text = "The call was cancelled"
        default: text = CurlLibrary.text(of: facts.result)
        }
        return "\(facts.origin): \(text)."
    }
}
