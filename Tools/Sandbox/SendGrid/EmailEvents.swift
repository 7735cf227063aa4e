import FoundationEssentials
import JSON

/// The events of a message as the email provider sends them: a JSON array
/// (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event).
enum EmailEvents {
    /// The events of a message to each recipient. Their ids are new each time they are sent, as the provider's are.
    static func body(of mail: StoredEmail, _ origin: EmailOrigin) -> String {
        JSONValue.array(
            mail.recipients.flatMap { recipient in
                kinds(mail.lost ?? .delivered).map { kind, facts in
                    .object(
                        origin.arguments.sorted { $0.key < $1.key }.filter { !ownNames.contains($0.key) }.map {
                            ($0.key, .string($0.value))
                        }
                            + [
                                ("email", .string(recipient)), ("timestamp", .integer(mail.receivedAt.unixSeconds)),
                                ("smtp-id", .string("<\(mail.messageID)>")), ("event", .string(kind)),
                                ("sg_event_id", .string(ProviderID.mail())),
                                ("sg_message_id", .string("\(origin.providerID).recvd-sandbox-\(mail.id)")),
                            ] + facts.map { ($0.0, .string($0.1)) })
                }
            }
        ).text
    }

    private static func kinds(_ fate: EmailFate) -> [(String, [(String, String)])] {
        switch fate {
        case .delivered: [("processed", []), ("delivered", [("response", "250 OK")])]
        case .dropped: [("dropped", [("reason", "Bounced Address"), ("status", "5.0.0")])]
        case .bounced:
            [
                ("processed", []),
                (
                    "bounce",
                    [("reason", "550 5.1.1 The mailbox does not exist"), ("status", "5.1.1"), ("type", "bounce")]
                ),
            ]
        }
    }

    /// What an argument of the sender's may not replace.
    private static let ownNames: Set<String> = [
        "email", "timestamp", "smtp-id", "event", "sg_event_id", "sg_message_id", "response", "reason", "status",
        "type",
    ]
}

/// The events of one message, to be sent until they are taken.
struct EmailEventJob: Sendable {
    let mail: StoredEmail
    let origin: EmailOrigin
    var fault: FaultRule?
}

/// What becomes of a message that was accepted.
enum EmailFate: String, Sendable, Codable {
    case delivered
    /// The provider does not even try, as with an address that bounced before.
    case dropped
    /// The recipient's server does not want it.
    case bounced

    init(_ fault: FaultKind?) {
        self =
            switch fault {
            case .acceptThenDrop: .dropped
            case .acceptThenBounce: .bounced
            default: .delivered
            }
    }
}

/// What the email provider's API knows of a message beyond the message itself.
struct EmailOrigin: Sendable, Codable, Equatable {
    /// `X-Message-Id`.
    let providerID: String
    /// `custom_args`, part of every event.
    let arguments: [String: String]
    /// Whether its events were to be sent when it came.
    let isAnnounced: Bool
}
