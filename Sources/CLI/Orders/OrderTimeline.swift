import Domain
import Foundation
import Storage

/// What happened to an order and its mails, in order of time.
struct OrderTimeline: Sendable {
    struct Entry: Hashable, Sendable {
        let at: Date
        let what: String
        let reason: String?
    }

    let entries: [Entry]

    init(_ file: OrderFile) {
        let events = file.events.map {
            Entry(at: $0.at, what: "\($0.kind.rawValue) → \($0.status.rawValue)", reason: $0.reason)
        }
        let mails = file.mails.flatMap { mail -> [Entry] in
            // The event log has the sending of a mail; its beginning and its failures stand with the delivery.
            let (kind, status) = (mail.delivery.kind.rawValue, mail.delivery.status)
            return [Entry(at: mail.createdAt, what: "mail \(kind) requested", reason: nil)]
                + (status == .failed || status == .unknown
                    ? [Entry(at: mail.updatedAt, what: "mail \(kind) \(status.rawValue)", reason: mail.reason)] : [])
        }
        // A stable order for what a transaction did at one moment: events in their sequence, then mails.
        entries = (events + mails).enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(
            \.element)
    }
}
