import JSON

/// The body of `POST /v3/mail/send`, as far as it changes what becomes of the email
/// (https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send).
struct SendGridRequest: Sendable, Decodable {
    struct Address: Sendable, Decodable {
        var email: String?
        var name: String?
    }

    /// One message: who gets it, and what differs for them.
    struct Personalization: Sendable, Decodable {
        var from: Address?
        var to: [Address]?
        var cc: [Address]?
        var bcc: [Address]?
        var subject: String?
        var headers: [String: String]?
        var substitutions: [String: String]?
        var templateData: [String: JSONValue]?
        var customArguments: [String: String]?
        var sendAt: Int64?

        enum CodingKeys: String, CodingKey {
            case from, to, cc, bcc, subject, headers, substitutions
            case templateData = "dynamic_template_data"
            case customArguments = "custom_args"
            case sendAt = "send_at"
        }
    }

    struct Content: Sendable, Decodable {
        var type: String?
        var value: String?
    }

    struct Attachment: Sendable, Decodable {
        /// Base64.
        var content: String?
        var type: String?
        var filename: String?
        var disposition: String?
        var contentID: String?

        enum CodingKeys: String, CodingKey {
            case content, type, filename, disposition
            case contentID = "content_id"
        }
    }

    struct Settings: Sendable, Decodable {
        struct Switch: Sendable, Decodable {
            var enable: Bool?
        }
        var sandboxMode: Switch?

        enum CodingKeys: String, CodingKey {
            case sandboxMode = "sandbox_mode"
        }
    }

    var personalizations: [Personalization]?
    var from: Address?
    var replyTo: Address?
    var replyToList: [Address]?
    var subject: String?
    var content: [Content]?
    var attachments: [Attachment]?
    var templateID: String?
    var headers: [String: String]?
    var categories: [String]?
    var customArguments: [String: String]?
    var sendAt: Int64?
    var settings: Settings?

    enum CodingKeys: String, CodingKey {
        case personalizations, from, subject, content, attachments, headers, categories
        case replyTo = "reply_to"
        case replyToList = "reply_to_list"
        case templateID = "template_id"
        case customArguments = "custom_args"
        case sendAt = "send_at"
        case settings = "mail_settings"
    }

    /// Whether it is only to be looked at, not sent.
    var isForShow: Bool { settings?.sandboxMode?.enable == true }

    /// Whether its template is one that dynamic data is put into.
    var isDynamic: Bool { templateID?.hasPrefix("d-") == true }
}
