internal import Domain
internal import FoundationEssentials

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
