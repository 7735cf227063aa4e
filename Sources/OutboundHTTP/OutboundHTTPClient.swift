package import Logging

/// HTTP requests and mail submissions to other people's servers, over libcurl.
///
/// All requests share one thread and one pool of connections, however slow the answers are. Answers are untrusted:
/// bounded in size and time, with no redirects, only over `http`, `https`, `smtp` and `smtps`, and with certificates
/// verified. A failure says whether the other side may have acted on the request; see ``OutboundError/certainty``.
/// Proxy settings of the environment are ignored.
///
/// Close the client when done; dropping it ends its threads as well, without waiting.
package final class OutboundHTTPClient: Sendable {
    private let requests: TransferLane
    private let mails: SMTPLoops
    private let logger: Logger

    /// Starts the client's thread.
    package init(configuration: OutboundConfiguration = .init(), logger: Logger) {
        self.logger = logger
        requests = TransferLane(name: "outbound-http", configuration: configuration)
        mails = SMTPLoops(configuration: configuration)
    }

    deinit {
        requests.abandon()
        mails.abandon()
    }

    /// Sends a request and returns the answer, whatever its status.
    ///
    /// - Throws: ``OutboundError`` when no whole answer came. Cancelling the task ends the exchange with
    ///   ``OutboundError/Code/cancelled``.
    package func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
        if let defect = request.defect { throw defect }
        let answer = try await measured(.http(request)) { work in await requests.run(work) }
        return OutboundResponse(status: answer.status, headers: HeaderLines.parse(answer.lines), body: answer.body)
    }

    /// Hands a message to a mail server and returns once the server has accepted it.
    ///
    /// - Throws: ``OutboundError``; a refusal by the server has the code ``OutboundError/Code/smtp(_:)`` and is never
    ///   ambiguous.
    package func send(_ mail: SMTPSubmission) async throws(OutboundError) -> SMTPReply {
        if let defect = mail.defect { throw defect }
        let answer = try await measured(.smtp(mail)) { work in await mails.run(work) }
        return SMTPReply(code: answer.status, text: HeaderLines.lastReplyText(answer.lines))
    }

    /// Gives up what is running and returns when all threads are done.
    package func close() async {
        await requests.close()
        await mails.close()
    }

    private func measured(_ work: TransferWork, _ run: (TransferWork) async -> TransferOutcome)
        async throws(OutboundError)
        -> TransferAnswer
    {
        let clock = ContinuousClock()
        let start = clock.now
        let outcome = await run(work)
        var metadata: Logger.Metadata = ["peer": "\(work.origin)", "duration": "\(clock.now - start)"]
        switch outcome {
        case .success(let answer):
            metadata["status"] = "\(answer.status)"
            logger.debug("outbound call answered", metadata: metadata)
            return answer
        case .failure(let error):
            metadata["error"] = "\(error)"
            metadata["certainty"] = "\(error.certainty)"
            logger.info("outbound call failed", metadata: metadata)
            throw error
        }
    }
}
