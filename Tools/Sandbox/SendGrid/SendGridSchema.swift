import JSON

/// What a field of the email provider's requests may hold, and how it says so when it holds something else.
indirect enum SendGridSchema: Sendable {
    case string
    case integer
    case boolean
    case array(SendGridSchema)
    /// These fields and no others.
    case object([String: SendGridSchema])
    /// Names of the sender's own choice, with values of one kind.
    case map(SendGridSchema)
    case anything

    /// What is wrong with a document; empty when nothing is.
    func defects(of value: JSONValue, at place: String = "") -> [SendGridDefect] {
        func below(_ name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }
        switch (self, value) {
        case (.anything, _), (.string, .string), (.integer, .integer), (.boolean, .bool): return []
        case (.array(let inner), .array(let values)):
            return values.enumerated().flatMap { inner.defects(of: $1, at: below(String($0))) }
        case (.map(let inner), .object(let fields)):
            return fields.sorted { $0.name < $1.name }.flatMap { inner.defects(of: $0.value, at: below($0.name)) }
        case (.object(let known), .object(let fields)):
            return fields.sorted { $0.name < $1.name }.flatMap { name, value in
                known[name]?.defects(of: value, at: below(name))
                    ?? [SendGridDefect(place.isEmpty ? name : place, "Additional property \(name) is not allowed")]
            }
        default:
            return [
                SendGridDefect(
                    place.isEmpty ? nil : place, "Invalid type. Expected: \(expected), given: \(value.schemaType).")
            ]
        }
    }

    private var expected: String {
        switch self {
        case .string: "string"
        case .integer: "integer"
        case .boolean: "boolean"
        case .array: "array"
        case .object, .map, .anything: "object"
        }
    }

    private static let address = SendGridSchema.object(["email": .string, "name": .string])
    private static let addresses = SendGridSchema.array(address)
    private static let enabled: SendGridSchema = .object(["enable": .boolean])

    /// `POST /v3/mail/send` (https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send).
    static let mail = SendGridSchema.object([
        "personalizations": .array(
            .object([
                "from": address, "to": addresses, "cc": addresses, "bcc": addresses, "subject": .string,
                "headers": .map(.string),
                "substitutions": .map(.string), "dynamic_template_data": .map(.anything), "custom_args": .map(.string),
                "send_at": .integer,
            ])),
        "from": address, "reply_to": address, "reply_to_list": addresses, "subject": .string,
        "content": .array(.object(["type": .string, "value": .string])),
        "attachments": .array(
            .object([
                "content": .string, "type": .string, "filename": .string, "disposition": .string, "content_id": .string,
            ])),
        "template_id": .string, "headers": .map(.string), "categories": .array(.string), "custom_args": .map(.string),
        "send_at": .integer, "batch_id": .string,
        "asm": .object(["group_id": .integer, "groups_to_display": .array(.integer)]),
        "ip_pool_name": .string, "sections": .map(.string),
        "mail_settings": .object([
            "bypass_list_management": enabled, "bypass_spam_management": enabled, "bypass_bounce_management": enabled,
            "bypass_unsubscribe_management": enabled, "sandbox_mode": enabled,
            "bcc": .object(["enable": .boolean, "email": .string]),
            "footer": .object(["enable": .boolean, "text": .string, "html": .string]),
            "spam_check": .object(["enable": .boolean, "threshold": .integer, "post_to_url": .string]),
        ]),
        "tracking_settings": .object([
            "click_tracking": .object(["enable": .boolean, "enable_text": .boolean]),
            "open_tracking": .object(["enable": .boolean, "substitution_tag": .string]),
            "subscription_tracking": .object([
                "enable": .boolean, "text": .string, "html": .string, "substitution_tag": .string,
            ]),
            "ganalytics": .object([
                "enable": .boolean, "utm_source": .string, "utm_medium": .string, "utm_term": .string,
                "utm_content": .string,
                "utm_campaign": .string,
            ]),
        ]),
    ])
}

/// One reason why a request is refused, in the provider's shape: `{"errors": [{message, field, help}]}`.
struct SendGridDefect: Sendable, Equatable {
    let message: String
    /// Where in the request, as `personalizations.0.to`; nil when it is none of its fields.
    let field: String?

    init(_ field: String?, _ message: String) {
        self.field = field
        self.message = message
    }

    /// The document that goes to the caller.
    static func body(_ defects: [SendGridDefect]) -> JSONValue {
        .object([
            (
                "errors",
                .array(
                    defects.map { defect in
                        .object([
                            ("message", .string(defect.message)), ("field", .optional(defect.field)), ("help", .null),
                        ])
                    })
            )
        ])
    }
}
