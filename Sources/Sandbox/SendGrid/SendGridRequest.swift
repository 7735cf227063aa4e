/// The body of `POST /v3/mail/send`, as far as the shop uses it (https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send).
struct SendGridRequest: Sendable, Decodable {
    struct Address: Sendable, Decodable {
        var email: String?
        var name: String?
    }

    /// One message: who gets it, and what differs for them.
    struct Personalization: Sendable, Decodable {
        var to: [Address]?
        var cc: [Address]?
        var bcc: [Address]?
        var subject: String?
        var headers: [String: String]?
        var customArguments: [String: String]?

        enum CodingKeys: String, CodingKey {
            case to, cc, bcc, subject, headers
            case customArguments = "custom_args"
        }
    }

    struct Content: Sendable, Decodable {
        var type: String?
        var value: String?
    }

    var personalizations: [Personalization]?
    var from: Address?
    var subject: String?
    var content: [Content]?
    var headers: [String: String]?
    var customArguments: [String: String]?

    enum CodingKeys: String, CodingKey {
        case personalizations, from, subject, content, headers
        case customArguments = "custom_args"
    }
}
