internal import CCurl

/// One transfer on its thread: the easy handle, what is still to be sent, and what has come in.
///
/// Not Sendable: it lives and dies on that thread. libcurl's callbacks find it through an unretained pointer, which is
/// sound because the loop holds the transfer until its handle has left the multi handle.
final class Transfer {
    let ticket: TransferTicket
    let finish: @Sendable (TransferOutcome) -> Void
    var handle: EasyHandle
    let work: TransferWork
    var outgoing: [UInt8] = []
    var sent = 0
    var mayResend = true
    var body: [UInt8] = []
    var bodyLimit = 0
    var lines: [String] = []
    var headerBytes = 0
    var exceededLimit = false
    /// There for an email whose addresses the server may be unable to take.
    var utf8Watch: SMTPUTF8Watch?
    var lacksSMTPUTF8 = false

    /// `nil` when libcurl has no memory for a handle.
    init?(
        _ work: TransferWork, ticket: TransferTicket, configuration: OutboundConfiguration,
        finish: @escaping @Sendable (TransferOutcome) -> Void
    ) {
        guard let handle = EasyHandle() else { return nil }
        self.handle = handle
        self.work = work
        self.ticket = ticket
        self.finish = finish
        applyCommonOptions(configuration)
        switch work {
        case .http(let request): apply(request, configuration)
        case .smtp(let mail): apply(mail)
        }
        connectCallbacks()
    }

    /// How the transfer ended, given libcurl's result.
    func outcome(_ result: CURLcode) -> TransferOutcome {
        let code = handle.long(CURLINFO_RESPONSE_CODE)
        if result == CURLE_OK {
            return .success(TransferAnswer(status: code, lines: lines, body: body))
        }
        // libcurl says QUIT after a refusal, so the refusal is not the last reply.
        let facts = TransferSnapshot(
            result: result, requestBytes: handle.long(CURLINFO_REQUEST_SIZE), replyCode: code,
            replyLine: lines.last { $0.hasPrefix(String(code)) } ?? "", messageBegan: sent > 0,
            messageHandedOver: sent == outgoing.count && sent > 0,
            lacksSMTPUTF8: lacksSMTPUTF8, exceededLimit: exceededLimit, origin: work.origin,
            detail: handle.errorMessage)
        switch work {
        case .http: return .failure(FailureClassifier.http(facts))
        case .smtp: return .failure(FailureClassifier.smtp(facts))
        }
    }
}
