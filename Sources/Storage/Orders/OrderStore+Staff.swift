package import Domain
import JSON
import Postgres

/// What became of a request to note something about an order.
package enum NoteOutcome: Hashable, Sendable {
    case noted(OrderNote)
    /// An order has so many notes at most.
    case tooManyNotes(limit: Int)
    /// There is no such order.
    case unknownOrder
}

/// What became of a request to send an order to another address. Only `changed` changed anything.
package enum AddressOutcome: Hashable, Sendable {
    case changed
    /// Something of it is shipped.
    case alreadyShipped
    /// It is over in this state, or its customer's data was erased.
    case notChangeable(OrderStatus)
    /// There is no such order.
    case unknownOrder
}

extension OrderStore {
    /// The most notes that one order has.
    package static let maximumNotes = 200

    /// Adds a note that only staff see.
    package func note(
        _ text: String, about id: Order.ID, by actor: AuditActor, remoteAddress: String? = nil
    ) async throws -> NoteOutcome {
        let note = OrderNote.ID()
        let audit = try AuditLog.insertion(
            of: AuditEntry(
                actor: actor, action: "order.noted", subjectKind: "order", subjectID: id.description,
                remoteAddress: remoteAddress, details: ["note": note.description]))
        return try await database.transaction { transaction in
            // Erasing the customer at the same time changes the order, and deletes what was noted before.
            let orders = try transaction.query("SELECT FROM orders WHERE id = \(id) FOR NO KEY UPDATE")
            guard !orders.isEmpty else { return .unknownOrder }
            let rows = try transaction.query(
                """
                INSERT INTO order_notes (id, order_id, author, text)
                SELECT \(note)::uuid, \(id)::uuid, \(actor.text)::text, \(text)::text
                 WHERE (SELECT count(*) FROM order_notes WHERE order_id = \(id)) < \(Self.maximumNotes)
                RETURNING id, author, text, created_at
                """)
            guard let row = rows.first else { return .tooManyNotes(limit: Self.maximumNotes) }
            _ = try transaction.execute(audit)
            return .noted(try OrderNote(row))
        }
    }

    /// The notes about an order, oldest first.
    package func notes(about id: Order.ID) async throws -> [OrderNote] {
        try await database.query(
            "SELECT id, author, text, created_at FROM order_notes WHERE order_id = \(id) ORDER BY created_at, id"
        ).map { try OrderNote($0) }
    }

    /// Sends an order to another address, as long as nothing of it is shipped.
    package func changeAddress(
        of id: Order.ID, to address: Address, by actor: AuditActor, remoteAddress: String? = nil
    ) async throws -> AddressOutcome {
        let text = try JSONCoder.text(address)
        let audit = try AuditLog.insertion(
            of: AuditEntry(
                actor: actor, action: "order.address_changed", subjectKind: "order", subjectID: id.description,
                remoteAddress: remoteAddress))
        let outcome = try await database.transaction { transaction -> AddressOutcome in
            let rows = try transaction.query(
                """
                SELECT status, fulfillment_status, shipping_address IS NULL AS is_erased
                  FROM orders WHERE id = \(id) FOR NO KEY UPDATE
                """)
            guard let row = rows.first else { return .unknownOrder }
            let (status, fulfillment): (OrderStatus, FulfillmentStatus) = (
                try row["status"], try row["fulfillment_status"]
            )
            guard fulfillment == .unfulfilled else { return .alreadyShipped }
            let isOver = ![.pending, .reserved, .paymentFailed, .confirmed, .partiallyRefunded].contains(status)
            guard !isOver, try !(row["is_erased"] as Bool) else { return .notChangeable(status) }
            // While an order is being paid, the time of its last change tells whether its cart was edited since.
            _ = try transaction.execute([
                """
                UPDATE orders
                   SET shipping_address = \(text)::jsonb, version = version + 1,
                       updated_at = CASE WHEN status IN ('confirmed', 'partially_refunded') THEN now()
                                         ELSE updated_at END
                 WHERE id = \(id)
                """,
                OrderHistory.noting(.addressChanged, of: id), audit,
            ])
            return .changed
        }
        return outcome
    }
}

extension OrderNote {
    /// Reads the columns `id, author, text, created_at`.
    init(_ row: PostgresRow) throws {
        self.init(
            id: try row["id"], author: try row["author"], text: try row["text"], createdAt: try row["created_at"])
    }
}
