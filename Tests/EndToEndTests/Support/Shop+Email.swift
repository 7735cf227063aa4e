import Foundation
import OutboundHTTP
import Postgres
import TestSupport
import Testing

extension Shop {
    struct Email: Decodable, Sendable {
        let message_id: String
        let to: [String]
        let subject: String
        let order_id: String?
    }

    /// A delivery as the database has it.
    struct Delivery: Sendable {
        let id: String
        let kind: String
        let status: String
        let isResent: Bool
        let isBounced: Bool
        /// What its email bears.
        var messageID: String { "delivery.\(id)@example.com" }
    }

    /// What the sandbox has taken, by whatever way it came.
    func emails() async throws -> [Email] { try await list("/_sandbox/mail") }

    /// Deliveries of one order, or of all.
    func deliveries(of order: String? = nil) async throws -> [Delivery] {
        try await database.pool.query(
            """
            SELECT id::text AS id, kind, status, resent_at IS NOT NULL AS is_resent,
                   bounced_at IS NOT NULL AS is_bounced
              FROM email_deliveries WHERE \(order)::text IS NULL OR order_id::text = \(order) ORDER BY created_at, id
            """
        ).map {
            Delivery(
                id: try $0["id"], kind: try $0["kind"], status: try $0["status"], isResent: try $0["is_resent"],
                isBounced: try $0["is_bounced"])
        }
    }

    /// Waits until the email of a kind about an order is in a state, and returns it.
    @discardableResult
    func delivery(_ kind: String, of order: String, becomes status: String, within patience: Duration = .seconds(30))
        async throws
        -> Delivery
    {
        try await eventually(within: patience, "the \(kind) of \(order) is \(status)") {
            try await self.deliveries(of: order).first { $0.kind == kind && $0.status == status }
        }
    }

    /// Text and HTML of the email of a delivery.
    func text(of delivery: Delivery) async throws -> String {
        struct Listed: Decodable { let id: Int }
        let listed: [Listed] = try await list("/_sandbox/mail?message_id=\(delivery.messageID)")
        guard let id = listed.first?.id else { throw Failed(what: "the sandbox has no email \(delivery.messageID)") }
        return String(
            decoding: try await http.send(OutboundRequest(url: sandbox + "/_sandbox/mail/\(id)")).body, as: UTF8.self)
    }

    /// Every email the sandbox has is one of ours, and no email went out twice, but for those that were sent once more
    /// because nobody knew.
    func checkEmailsAddUp(sourceLocation: SourceLocation) async throws {
        let before = try await deliveries()
        var taken = Dictionary(grouping: try await emails(), by: \.message_id).mapValues(\.count)
        for delivery in before {
            let copies = taken.removeValue(forKey: delivery.messageID) ?? 0
            switch delivery.status {
            case "sent":
                #expect(copies == 1 || delivery.isResent && copies == 2, "\(delivery)", sourceLocation: sourceLocation)
            // On its way, or nobody knows.
            case "pending", "sending", "unknown": #expect(copies <= 1, "\(delivery)", sourceLocation: sourceLocation)
            default: #expect(copies == 0, "\(delivery)", sourceLocation: sourceLocation)
            }
        }
        let strangers = Set(taken.keys).subtracting(try await deliveries().map(\.messageID))
        #expect(strangers.isEmpty, sourceLocation: sourceLocation)
    }
}
