import Domain
import Foundation

/// What happened to an order and its mails, in order of time.
struct OrderTimeline: Sendable {
    struct Entry: Hashable, Sendable {
        let at: Date
        let what: String
        let reason: String?
    }

    let entries: [Entry]

    init(_ file: OrderFile) {
        let events = file.events.map { Entry(at: $0.at, what: "\($0.kind.rawValue) → \($0.status.rawValue)", reason: $0.reason) }
        let mails = file.mails.flatMap { mail in
            // The event log has the sending of a mail; its beginning and its failures stand with the delivery.
            [Entry(at: mail.createdAt, what: "mail \(mail.kind) requested", reason: nil)]
                + (["failed", "unknown"].contains(mail.status)
                    ? [Entry(at: mail.updatedAt, what: "mail \(mail.kind) \(mail.status)", reason: mail.reason)] : [])
        }
        // A stable order for what a transaction did at one moment: events in their sequence, then mails.
        entries = (events + mails).enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }
}
