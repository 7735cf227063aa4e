package import Domain
package import JobQueue
package import Postgres

/// Deliveries of mail: each at most once.
///
/// `sending` is committed before the call to the provider. A job that finds its delivery in that state was cut off in
/// the middle of the call, and nobody knows what came of it.
package struct EmailStore: Sendable {
    let database: PostgresPool
    let dispatcher: JobDispatcher

    /// A store in this database that pushes jobs after its commits.
    package init(database: PostgresPool, dispatcher: JobDispatcher) {
        self.database = database
        self.dispatcher = dispatcher
    }

    /// The delivery and what its mail speaks of, `nil` when there is none.
    package func load(_ id: EmailDelivery.ID) async throws -> EmailSubject? {
        let results = try await database.pipeline([
            "SELECT \(raw: EmailDelivery.columns) FROM email_deliveries WHERE id = \(id)",
            "\(raw: OrderRow.selection) WHERE o.id = (SELECT order_id FROM email_deliveries WHERE id = \(id))",
            "\(raw: RefundRow.selection) WHERE r.id = (SELECT nullif(about, '')::uuid FROM email_deliveries WHERE id = \(id))",
        ])
        guard let delivery = results[0].rows.first, let order = results[1].rows.first else { return nil }
        return EmailSubject(
            delivery: try EmailDelivery(delivery), order: try OrderRow.order(order),
            refund: try results[2].rows.first.map(RefundRow.refund))
    }

    /// All mails about an order, in the order they were requested; none when there is no such order.
    package func mails(about id: Order.ID) async throws -> [OrderEmail] {
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
        self.init(
            id: try row["id"], orderID: try row["order_id"], kind: try row["kind"],
            refundID: Refund.ID(try row["about"] as String),
            status: try row["status"], attempt: try row["attempt"],
            recipient: try row["recipient"])
    }
}
