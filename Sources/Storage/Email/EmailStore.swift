package import Domain
package import FoundationEssentials
package import JobQueue
package import Postgres

/// Whether an email may be handed to the provider now.
package enum EmailSending: Hashable, Sendable {
    /// Yes, as this attempt.
    case send(attempt: Int)
    /// An earlier attempt was cut off in the middle of the call; its outcome is unknown and the delivery is parked now.
    case interrupted
    /// No: it is sent, parked or failed.
    case settled(EmailDeliveryStatus)
    /// There is no such delivery.
    case unknownDelivery
}

/// A delivery, and what its email speaks of.
package struct EmailSubject: Hashable, Sendable {
    package let delivery: EmailDelivery
    /// The order it is about.
    package let order: Order
    /// The refund it is about, if any.
    package let refund: Refund?
}

/// What became of one email about an order, for people who look into it.
package struct OrderEmail: Hashable, Sendable {
    /// The delivery as it stands.
    package let delivery: EmailDelivery
    /// Why it did not go out or may not have; `nil` when nothing went wrong.
    package let reason: String?
    /// Whom it was about that it was not sent; `nil` when nothing went wrong or it is unknown whether it was sent.
    package let fault: EmailFault?
    /// When the email was requested.
    package let createdAt: Date
    /// When its delivery changed last.
    package let updatedAt: Date
    /// When the provider took it.
    package let sentAt: Date?
    /// When its provider said that it did not arrive or was not wanted.
    package let bouncedAt: Date?
    /// Why, in the provider's words.
    package let bounceReason: String?
}

extension OrderEmail {
    static let columns =
        EmailDelivery.columns + ", reason, fault, created_at, updated_at, sent_at, bounced_at, bounce_reason"

    /// Reads the columns above.
    init(_ row: PostgresRow) throws {
        self.init(
            delivery: try EmailDelivery(row), reason: try row["reason"],
            fault: try row["fault"],
            createdAt: try row["created_at"], updatedAt: try row["updated_at"],
            sentAt: try row["sent_at"], bouncedAt: try row["bounced_at"], bounceReason: try row["bounce_reason"])
    }
}

/// Deliveries of emails: each at most once.
///
/// `sending` is committed before the call to the provider. A job that finds its delivery in that state was cut off in
/// the middle of the call, and the outcome is unknown.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
package struct EmailStore: Sendable {
    let database: PostgresPool
    let dispatcher: JobDispatcher

    /// A store in this database that pushes jobs after its commits.
    package init(database: PostgresPool, dispatcher: JobDispatcher) {
        self.database = database
        self.dispatcher = dispatcher
    }

    /// The delivery and what its email speaks of, `nil` when there is none.
    package func load(_ id: EmailDelivery.ID) async throws -> EmailSubject? {
        let (delivery, order, refund) = try await database.pipeline(
            Query.firstRow("SELECT \(raw: EmailDelivery.columns) FROM email_deliveries WHERE id = \(id)") {
                try EmailDelivery($0)
            },
            Query.firstRow(
                "\(raw: OrderRow.selection) WHERE o.id = (SELECT order_id FROM email_deliveries WHERE id = \(id))"
            ) { try OrderRow.order($0) },
            Query.firstRow(
                """
                \(raw: RefundRow.selection)
                 WHERE r.id = (SELECT nullif(about, '')::uuid FROM email_deliveries WHERE id = \(id))
                """
            ) { try RefundRow.refund($0) })
        guard let delivery, let order else { return nil }
        return EmailSubject(delivery: delivery, order: order, refund: refund)
    }

    /// All emails about an order, in the order they were requested; none when there is no such order.
    package func list(about id: Order.ID) async throws -> [OrderEmail] {
        try await database.query(
            """
            SELECT \(raw: OrderEmail.columns) FROM email_deliveries
             WHERE order_id = \(id)
             ORDER BY created_at, id
            """
        ).map(OrderEmail.init)
    }

    /// Commits that a call to the provider is about to be made. Only the answer `send` allows the call.
    package func beginSending(_ id: EmailDelivery.ID) async throws -> EmailSending {
        let rows = try await database.query(EmailChange.begin(id))
        guard let row = rows.first else { return .unknownDelivery }
        switch try row["earlier"] as EmailDeliveryStatus {
        case .pending: return .send(attempt: try row["attempt"])
        case .sending: return .interrupted
        case .sent, .unknown, .failed, .obsolete: return .settled(try row["status"])
        }
    }
}

extension EmailDelivery {
    /// What a delivery is read from.
    static let columns = "id, order_id, kind, about, status, attempt, recipient"

    /// Reads the columns above.
    init(_ row: PostgresRow) throws {
        let kind: EmailKind = try row["kind"]
        let about: String = try row["about"]
        self.init(
            id: try row["id"], orderID: try row["order_id"], kind: kind,
            refundID: kind.isAboutShipment ? nil : Refund.ID(about),
            shipmentID: kind.isAboutShipment ? Shipment.ID(about) : nil,
            status: try row["status"], attempt: try row["attempt"],
            recipient: try row["recipient"])
    }
}
