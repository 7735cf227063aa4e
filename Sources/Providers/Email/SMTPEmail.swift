package import Domain
package import OutboundHTTP

/// Email over a server's SMTP submission.
package struct SMTPEmail: EmailTransport {
    /// Replies that refuse our log-in, at whatever command (RFC 4954, 6).
    private static let logInRefused: Set<Int> = [530, 534, 535, 538]

    private let client: OutboundHTTPClient
    private let url: String
    private let sender: EmailSender
    private let startTLS: SMTPSubmission.StartTLSPolicy
    private let timeout: Duration

    /// Checks the address; sends nothing.
    ///
    /// - Parameters:
    ///   - url: `smtp://` or `smtps://`, `[user:password@]host[:port]`, user and password percent-encoded.
    ///   - startTLS: when an `smtp://` connection is encrypted.
    ///   - timeout: limit for handing over one message.
    /// - Throws: when the address cannot be used.
    package init(
        client: OutboundHTTPClient, url: String, sender: EmailSender,
        startTLS: SMTPSubmission.StartTLSPolicy = .whenOffered,
        timeout: Duration = .seconds(30)
    ) throws(ProviderSettingError) {
        let scheme = url.prefix { $0 != ":" }.lowercased()
        guard ["smtp", "smtps"].contains(scheme), url.dropFirst(scheme.count).hasPrefix("://"),
            url.utf8.count > scheme.utf8.count + 3,
            url.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw ProviderSettingError(
                setting: "email server address",
                expected: "smtp://[user:password@]host[:port] or smtps://… is expected."
            )
        }
        self.client = client
        self.url = url
        self.sender = sender
        self.startTLS = startTLS
        self.timeout = timeout
    }

    /// Hands the message over; returns once the server has taken it.
    package func send(_ message: EmailMessage) async throws(EmailFailure) -> EmailReceipt {
        let data = try MIMEMessage(message, from: sender).bytes
        let submission = SMTPSubmission(
            url: url, from: sender.address.rawValue, recipients: [message.recipient.rawValue], data: data,
            startTLS: startTLS,
            timeout: timeout)
        do {
            let reply = try await client.send(submission)
            return EmailReceipt(reference: reply.text.isEmpty ? nil : reply.text)
        } catch {
            throw Self.failure(error)
        }
    }

    private static func failure(_ error: OutboundError) -> EmailFailure {
        switch (error.certainty, error.code) {
        case (.ambiguous, _): .outcomeUnknown(reason: error.message)
        case (.notSent, .smtp(let refusal)): .notSent(reason: error.message, fault: fault(refusal))
        case (.notSent, .invalidRequest), (.notSent, .needsSMTPUTF8): .notSent(reason: error.message, fault: .email)
        case (.notSent, _): .notSent(reason: error.message, fault: .passing)
        }
    }

    /// Whom a refusal is about. At `RCPT TO` it is about the recipient, unless the server says that it will not pass
    /// email on for us (RFC 3463: 7, security and policy); before that about the shop, and after it about the message.
    static func fault(_ refusal: SMTPRefusal) -> EmailFault {
        if logInRefused.contains(refusal.code) { return .shop }
        guard refusal.isPermanent else { return .passing }
        return switch refusal.stage {
        case .connection, .login: .shop
        // At this point the server knows the size of the message as well (RFC 1870, 6.1).
        case .sender: refusal.code == 552 ? .policy : .shop
        case .recipient: refusal.subject == 7 || refusal.deniesRelaying ? .policy : .email
        case .message: refusal.code == 552 ? .policy : .email
        }
    }
}
