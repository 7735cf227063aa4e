internal import Arithmetic
package import Domain
internal import Foundation
package import OutboundHTTP

/// Email over SendGrid's HTTP API, version 3.
package struct SendGridEmail: EmailTransport {
    private let client: OutboundHTTPClient
    private let base: BaseURL
    private let key: SendGridKey
    private let sender: EmailSender
    private let timeout: Duration

    /// Checks key and address; sends nothing.
    ///
    /// - Parameters:
    ///   - baseURL: `https://api.sendgrid.com`, or the sandbox's address.
    ///   - timeout: limit for handing over one message.
    /// - Throws: when one of them cannot be used.
    package init(
        client: OutboundHTTPClient, apiKey: String, baseURL: String, sender: EmailSender,
        timeout: Duration = .seconds(30)
    ) throws(ProviderSettingError) {
        base = try BaseURL(baseURL, setting: "mail API address")
        key = try SendGridKey(apiKey, for: base)
        self.client = client
        self.sender = sender
        self.timeout = timeout
    }

    /// Hands the message over; returns once the provider has accepted it. The API knows no idempotency key: an answer
    /// that was lost is looked up in what the provider tells of its mails.
    package func send(_ message: EmailMessage) async throws(EmailFailure) -> EmailReceipt {
        guard !message.recipient.needsSMTPUTF8 else {
            throw .notSent(
                reason: "The mail provider takes no addresses with letters beyond ASCII in front of the @.",
                fault: .mail)
        }
        guard HeaderText.isSafe(message.subject), HeaderText.isSafe(message.messageID),
            let body = try? JSONEncoder().encode(SendGridBody(message, from: sender))
        else {
            throw .notSent(
                reason: "The subject or the Message-ID holds characters that may not stand in a header.", fault: .mail)
        }
        let request = OutboundRequest(
            method: "POST", url: "\(base.text)/v3/mail/send",
            headers: [
                "Authorization": "Bearer \(key.secret)", "Content-Type": "application/json",
                "Accept": "application/json",
            ],
            body: Array(body), timeout: timeout, maximumResponseBytes: 64 << 10)
        let response: OutboundResponse
        do {
            response = try await client.send(request)
        } catch {
            switch error.certainty {
            case .notSent:
                throw .notSent(reason: error.message, fault: error.code == .invalidRequest ? .mail : .passing)
            case .ambiguous: throw .outcomeUnknown(reason: error.message)
            }
        }
        return try SendGridAnswer(response: response, now: Int(saturating: Date().timeIntervalSince1970)).receipt()
    }
}
