internal import CCurl
package import Logging
internal import Tracing

/// HTTP requests and mail submissions to other people's servers, over libcurl.
///
/// All requests share one thread and one pool of connections, however slow the answers are. Answers are untrusted:
/// bounded in size and time, with no redirects, only over `http`, `https`, `smtp` and `smtps`, and with certificates
/// verified. A failure says whether the other side may have acted on the request; see ``OutboundError/certainty``.
/// Proxy settings of the environment are ignored.
///
/// Close the client when done; dropping it ends its threads as well, without waiting.
package final class OutboundHTTPClient: Sendable {
    private let requests: TransferThread
    private let emails: SMTPLoops
    private let logger: Logger

    /// Starts the client's thread.
    package init(configuration: OutboundConfiguration = .init(), logger: Logger) {
        self.logger = logger
        requests = TransferThread(name: "outbound-http", configuration: configuration)
        emails = SMTPLoops(configuration: configuration)
    }

    deinit {
        requests.abandon()
        emails.abandon()
    }

    /// Sends a request and returns the answer, whatever its status.
    ///
    /// - Throws: ``OutboundError`` when no whole answer came. Canceling the task ends the exchange with
    ///   ``OutboundError/Code/canceled``.
    package func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
        if let defect = request.defect { throw defect }
        let answer = try await measured(.http(request)) { work in await requests.run(work) }
        return OutboundResponse(status: answer.status, headers: HeaderLines.parse(answer.lines), body: answer.body)
    }

    /// Hands a message to a mail server and returns once the server has accepted it.
    ///
    /// - Throws: ``OutboundError``; a refusal by the server has the code ``OutboundError/Code/smtp(_:)`` and is never
    ///   ambiguous.
    package func send(_ email: SMTPSubmission) async throws(OutboundError) -> SMTPReply {
        if let defect = email.defect { throw defect }
        let answer = try await measured(.smtp(email)) { work in await emails.run(work) }
        return SMTPReply(code: answer.status, text: HeaderLines.lastReplyText(answer.lines))
    }

    /// Gives up what is running and returns when all threads are done.
    package func close() async {
        await requests.close()
        await emails.close()
    }

    private func measured(_ work: TransferWork, _ run: (TransferWork) async -> TransferOutcome)
        async throws(OutboundError)
        -> TransferAnswer
    {
        let clock = ContinuousClock()
        let start = clock.now
        let span = CallSpan(of: work)
        let outcome = await run(work)
        span.end(outcome)
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

/// Settings of an ``OutboundHTTPClient``. The defaults suit production.
package struct OutboundConfiguration: Sendable {
    /// What the `User-Agent` header says.
    package var userAgent: String

    /// A file of PEM certificates to trust instead of the system's: for tests and private networks. Certificates are
    /// verified either way.
    package var certificateAuthorityFile: String?

    /// How many idle connections are kept for re-use, over all hosts.
    package var maximumIdleConnections: Int

    /// How many emails can be on their way at once. libcurl waits for a mail server's last word with a blocking call,
    /// so each has a thread of its own, started when it is first needed, and no mail server can hold up anything else.
    package var smtpThreads: Int

    /// Makes settings from the defaults.
    package init(
        userAgent: String = "Cartwright", certificateAuthorityFile: String? = nil, maximumIdleConnections: Int = 64,
        smtpThreads: Int = 4
    ) {
        self.userAgent = userAgent
        self.certificateAuthorityFile = certificateAuthorityFile
        self.maximumIdleConnections = maximumIdleConnections
        self.smtpThreads = smtpThreads
    }
}

/// libcurl's process-wide state.
enum CurlLibrary {
    /// Initializes libcurl once per process, on first use; initialization is thread-safe from 7.84 on where threads are
    /// supported.
    /// `false` when this libcurl cannot be used.
    static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// libcurl's own words for a result, such as "Couldn't connect to server".
    static func text(of code: CURLcode) -> String {
        curl_easy_strerror(code).map { String(cString: $0) } ?? "libcurl error \(code.rawValue)"
    }
}
