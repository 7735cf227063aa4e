public import Domain
public import OutboundHTTP

/// Mail over a server's SMTP submission.
public struct SMTPMail: MailTransport {
    /// Replies that refuse our log-in, not the message (RFC 4954, 6): the message can go out once the settings are repaired.
    private static let logInRefused: Set<Int> = [530, 534, 535, 538]

    private let client: OutboundHTTPClient
    private let url: String
    private let sender: MailSender
    private let startTLS: SMTPSubmission.StartTLSPolicy
    private let timeout: Duration

    /// Checks the address; sends nothing.
    ///
    /// - Parameters:
    ///   - url: `smtp://` or `smtps://`, `[user:password@]host[:port]`, user and password percent-encoded.
    ///   - startTLS: when an `smtp://` connection is encrypted.
    ///   - timeout: limit for handing over one message.
    /// - Throws: when the address cannot be used.
    public init(
        client: OutboundHTTPClient, url: String, sender: MailSender, startTLS: SMTPSubmission.StartTLSPolicy = .whenOffered,
        timeout: Duration = .seconds(30)
    ) throws(ProviderSettingError) {
        let scheme = url.prefix { $0 != ":" }.lowercased()
        guard ["smtp", "smtps"].contains(scheme), url.dropFirst(scheme.count).hasPrefix("://"), url.utf8.count > scheme.utf8.count + 3,
            url.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw ProviderSettingError(
                setting: "mail server address", expected: "smtp://[user:password@]host[:port] or smtps://… is expected.")
        }
        self.client = client
        self.url = url
        self.sender = sender
        self.startTLS = startTLS
        self.timeout = timeout
    }

    /// Hands the message over; returns once the server has taken it.
    public func send(_ message: MailMessage) async throws(MailFailure) -> MailReceipt {
        let data = try MIMEMessage(message, from: sender).bytes
        let submission = SMTPSubmission(
            url: url, from: sender.address.rawValue, recipients: [message.recipient.rawValue], data: data, startTLS: startTLS,
            timeout: timeout)
        do {
            let reply = try await client.send(submission)
            return MailReceipt(reference: reply.text.isEmpty ? nil : reply.text)
        } catch {
            throw Self.failure(error)
        }
    }

    private static func failure(_ error: OutboundError) -> MailFailure {
        switch (error.certainty, error.code) {
        case (.ambiguous, _): .outcomeUnknown(reason: error.message)
        case (.notSent, .smtp(let code)):
            .notSent(reason: error.message, permanent: (500...599).contains(code) && !logInRefused.contains(code))
        case (.notSent, .invalidRequest): .notSent(reason: error.message, permanent: true)
        case (.notSent, _): .notSent(reason: error.message, permanent: false)
        }
    }
}
