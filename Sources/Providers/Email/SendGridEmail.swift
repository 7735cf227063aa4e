internal import Arithmetic
package import Domain
internal import Foundation
internal import FoundationEssentials
import JSON
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
        base = try BaseURL(baseURL, setting: "email API address")
        key = try SendGridKey(apiKey, for: base)
        self.client = client
        self.sender = sender
        self.timeout = timeout
    }

    /// Hands the message over; returns once the provider has accepted it. The API knows no idempotency key: an answer
    /// that was lost is looked up in the provider's events about its emails.
    package func send(_ message: EmailMessage) async throws(EmailFailure) -> EmailReceipt {
        guard !message.recipient.needsSMTPUTF8 else {
            throw .notSent(
                reason: "The email provider takes no addresses with letters beyond ASCII in front of the @.",
                fault: .email)
        }
        guard HeaderText.isSafe(message.subject), HeaderText.isSafe(message.messageID),
            let body = try? JSONCoder.encode(SendGridBody(message, from: sender))
        else {
            throw .notSent(
                reason: "The subject or the Message-ID holds characters that may not stand in a header.", fault: .email)
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
                throw .notSent(reason: error.message, fault: error.code == .invalidRequest ? .email : .passing)
            case .ambiguous: throw .outcomeUnknown(reason: error.message)
            }
        }
        return try SendGridAnswer(response: response, now: Int(saturating: Date().timeIntervalSince1970)).receipt()
    }
}

/// The body of `POST /v3/mail/send` (https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send).
struct SendGridBody: Encodable {
    struct Address: Encodable {
        let email: String
        let name: String?
    }

    struct Personalization: Encodable {
        let to: [Address]
    }

    struct Content: Encodable {
        let type: String
        let value: String
    }

    struct Switch: Encodable {
        let enable = false
    }

    /// No links that lead through the provider and no pictures that report who reads.
    struct Tracking: Encodable {
        let click_tracking = Switch()
        let open_tracking = Switch()
    }

    /// A picture that the HTML names by its content id.
    struct Attachment: Encodable {
        let content: String
        let filename: String
        let type: String
        let disposition = "inline"
        let content_id: String
    }

    let personalizations: [Personalization]
    let from: Address
    let subject: String
    let content: [Content]
    let attachments: [Attachment]?
    let headers: [String: String]
    let custom_args: [String: String]
    let tracking_settings = Tracking()

    init(_ message: EmailMessage, from sender: EmailSender) {
        personalizations = [Personalization(to: [Address(email: message.recipient.rawValue, name: nil)])]
        from = Address(email: sender.address.rawValue, name: sender.name)
        subject = message.subject
        // The provider refuses other orders than from plain to rich.
        content = [Content(type: "text/plain", value: message.text), Content(type: "text/html", value: message.html)]
        attachments = message.logo.map { logo in
            [
                Attachment(
                    content: Data(logo.bytes).base64EncodedString(), filename: logo.filename, type: logo.type,
                    content_id: EmailImage.contentID)
            ]
        }
        var headers = ["Message-ID": message.messageID, "Auto-Submitted": "auto-generated"]
        headers["X-Order-ID"] = message.orderID?.description
        self.headers = headers
        // Comes back with every event.
        var arguments: [String: String] = [:]
        arguments["delivery_id"] = message.deliveryID?.description
        arguments["order_id"] = message.orderID?.description
        custom_args = arguments
    }
}

/// What an answer of the email provider's API means. Pure: this is the error table of the provider design in code.
struct SendGridAnswer {
    /// The longest wait that is taken from an answer.
    static let longestWait = 3600

    private struct Problems: Decodable {
        struct Problem: Decodable {
            let message: String?
            let field: String?
        }
        let errors: [Problem]
    }

    let response: OutboundResponse
    /// Seconds since 1970.
    let now: Int

    /// The receipt, or the failure the answer stands for.
    func receipt() throws(EmailFailure) -> EmailReceipt {
        switch response.status {
        case 202: return EmailReceipt(reference: response.headers["X-Message-Id"])
        case 429: throw .notYet(after: .seconds(wait), reason: summary)
        // The message is not to the provider's liking, and will not be the next time, unless it is the shop's own
        // address that is not.
        case 400: throw .notSent(reason: summary, fault: isAboutSender ? .shop : .email)
        // Perhaps for this message alone, which is larger than others.
        case 413: throw .notSent(reason: summary, fault: .policy)
        // Nothing was taken, and it can go out once the settings are repaired.
        case 300...499: throw .notSent(reason: summary, fault: .shop)
        default: throw .outcomeUnknown(reason: summary)
        }
    }

    /// Until the limit is lifted: `X-RateLimit-Reset` is a time, `Retry-After` a number of seconds.
    private var wait: Int {
        let until = response.headers["X-RateLimit-Reset"].flatMap { Int($0) }.map { $0.saturatingSubtract(now) }
        let after = response.headers["Retry-After"].flatMap { Int($0) }
        return min(max(until ?? after ?? 10, 1), Self.longestWait)
    }

    private var problems: [Problems.Problem] {
        (try? JSONCoder.decode(Problems.self, from: response.body))?.errors ?? []
    }

    /// Whether the provider complains of the sender's address, as it does of one that was never verified.
    private var isAboutSender: Bool {
        problems.contains {
            $0.field == "from" || $0.field?.hasPrefix("from.") == true || $0.field?.hasPrefix("from_") == true
        }
    }

    /// The provider's words, shortened, without what could be an address.
    private var summary: String {
        let words = problems.prefix(3).compactMap { problem in
            problem.message.map { (problem.field.map { "\($0): " } ?? "") + $0.prefix(200) }
        }
        let text = words.filter { !$0.contains("@") }.joined(separator: "; ")
        return "The email provider answered \(response.status): \(text.isEmpty ? "no reason given" : text)"
    }
}

/// A key of the email provider's API, checked against the address it is to be sent to. Prints nothing of itself.
struct SendGridKey: Sendable {
    /// The hosts real keys may go to, and no others.
    static let realHosts: Set<String> = ["api.sendgrid.com", "api.eu.sendgrid.com"]

    let secret: String

    /// - Throws: when the key has no known form, or looks real and would go anywhere but to the provider itself over
    ///   TLS.
    init(_ secret: String, for base: BaseURL) throws(ProviderSettingError) {
        let setting = "email API key"
        guard secret.hasPrefix("SG."), secret.utf8.count > 3, secret.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw ProviderSettingError(setting: setting, expected: "a key such as SG.… is expected.")
        }
        let parts = secret.split(separator: ".", omittingEmptySubsequences: false)
        let isReal = parts.count == 3 && parts[1].count == 22 && parts[2].count == 43
        if isReal && (base.scheme != "https" || !Self.realHosts.contains(base.host)) {
            let hosts = Self.realHosts.sorted().map { "https://\($0)" }.joined(separator: " or ")
            throw ProviderSettingError(setting: setting, expected: "a real key only goes to \(hosts).")
        }
        self.secret = secret
    }
}

extension SendGridKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What it is.
    var description: String { "an email API key" }
    /// What it is.
    var debugDescription: String { description }
    /// Nothing: a dump of the client shows no secret.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
