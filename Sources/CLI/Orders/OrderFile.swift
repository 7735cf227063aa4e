import Domain
import Foundation
import Postgres
import Storage

/// All that is known about an order.
struct OrderFile: Sendable {
    let order: Order
    let events: [OrderEvent]
    let mails: [OrderMail]

    /// - Throws: ``Failure`` when there is no such order.
    static func open(_ reference: OrderReference, with services: Services) async throws -> OrderFile {
        let missing = Failure("There is no such order.", advice: "Expected an order's number such as 100042, or its id.")
        guard let id = try await id(of: reference, in: services.database), let order = try await services.orders.order(id, for: .staff)
        else {
            throw missing
        }
        return OrderFile(
            order: order, events: try await services.orders.events(of: id, for: .staff) ?? [],
            mails: try await mails(about: id, in: services.database))
    }

    private static func id(of reference: OrderReference, in database: PostgresPool) async throws -> Order.ID? {
        switch reference {
        case .id(let id): return id
        case .number(let number):
            let rows = try await database.query("SELECT id FROM orders WHERE number = \(number)")
            return try rows.first.map { Order.ID(rawValue: try $0["id"]) }
        }
    }

    private static func mails(about id: Order.ID, in database: PostgresPool) async throws -> [OrderMail] {
        try await database.query(
            """
            SELECT id, kind, status, attempt, recipient, reason, created_at, updated_at, sent_at
              FROM email_deliveries
             WHERE order_id = \(id.rawValue)
             ORDER BY created_at, id
            """
        ).map { row in
            let recipient: String? = try row["recipient"]
            return OrderMail(
                id: MailDelivery.ID(rawValue: try row["id"]), kind: try row["kind"], status: try row["status"], attempt: try row["attempt"],
                recipient: recipient.flatMap(EmailAddress.init(rawValue:)), reason: try row["reason"], createdAt: try row["created_at"],
                updatedAt: try row["updated_at"], sentAt: try row["sent_at"])
        }
    }
}
