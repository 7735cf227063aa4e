import Domain
import Foundation
import Storage

/// An order in JSON: as the API shows it to staff, with what happened to it in order of time. Email addresses are
/// masked, client secrets left out.
struct OrderFileDocument: Encodable {
    private let file: OrderFile

    init(_ file: OrderFile) { self.file = file }

    private struct Entry: Encodable {
        let at: Date
        let event: String
        let reason: String?
    }

    private enum CodingKeys: String, CodingKey {
        case email, timeline
    }

    func encode(to encoder: any Encoder) throws {
        try StaffOrderDocument(
            file.order, refunds: file.refunds, disputes: file.disputes, emails: file.emails, notes: file.notes
        ).encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(file.order.email?.description, forKey: .email)
        let entries = OrderTimeline(file).entries.map { Entry(at: $0.at, event: $0.what, reason: $0.reason) }
        try container.encode(entries, forKey: .timeline)
    }
}
