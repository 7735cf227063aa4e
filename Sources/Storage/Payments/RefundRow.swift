import Domain
import Postgres

/// Rows of `refunds`.
enum RefundRow {
    /// Reads a row with all columns.
    static func refund(_ row: PostgresRow) throws -> Refund {
        Refund(
            id: try row["id"], orderID: try row["order_id"] ?? row["named_order_id"],
            paymentID: try row["payment_id"] ?? row["named_payment_id"],
            amount: Money(try row["amount"], try row["currency"]), reason: try row["reason"], status: try row["status"],
            providerID: try row["provider_refund_id"], failureReason: try row["failure_reason"], restock: try row["restock"],
            createdAt: try row["created_at"], settledAt: try row["settled_at"])
    }

    /// All refunds of an order, locked. The caller holds the locks of order and payment.
    static func locked(of orderID: Order.ID) -> SQL {
        "SELECT * FROM refunds WHERE order_id = \(orderID) ORDER BY id FOR NO KEY UPDATE"
    }

    /// Adds a refund that is wanted, and returns it.
    static func insertion(
        _ id: Refund.ID, of orderID: Order.ID, _ paymentID: Payment.ID, _ amount: Money, because reason: RefundReason,
        restock: Bool = false,
        by actor: AuditActor, key: String
    ) -> SQL {
        """
        INSERT INTO refunds (id, order_id, payment_id, amount, currency, reason, restock, requested_by, request_key)
        VALUES (\(id), \(orderID), \(paymentID), \(amount.amount), \(amount.currency), \(reason), \(restock), \(actor.text), \(key))
        RETURNING *
        """
    }

    /// Notes that money is to go back.
    static func event(of orderID: Order.ID, because reason: RefundReason, _ status: OrderStatus) -> SQL {
        """
        INSERT INTO order_events (order_id, kind, status, reason)
        VALUES (\(orderID), \(OrderEvent.Kind.refundRequested), \(status), \(reason.rawValue))
        """
    }
}

extension AuditActor {
    /// `user:<id>`, `guest`, `system:<name>`.
    var text: String { id.map { "\(kind):\($0)" } ?? kind }
}
