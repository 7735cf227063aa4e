public import Domain
import FoundationEssentials
public import Postgres

/// Charges that customers' banks ask back: recorded, and noted with their orders. The money itself is the provider's affair.
public struct DisputeStore: Sendable {
    let database: PostgresPool

    /// A store in this database.
    public init(database: PostgresPool) {
        self.database = database
    }

    /// Notes where a dispute stands: idempotent, whatever arrives in whatever order.
    public func record(_ dispute: Dispute) async throws -> RecordDisputeOutcome {
        try await database.transaction { transaction in
            let results = try transaction.pipeline([
                Self.insertion(of: dispute), "SELECT order_id FROM payments WHERE provider_intent_id = \(dispute.intentID)",
            ])
            let isNew = results[0].affectedRows == 1
            let orderID: Order.ID? = try results[1].rows.first?["order_id"]
            guard try isNew || Self.update(dispute, in: transaction) else { return .unchanged }
            if let orderID {
                // The first news of a dispute may be its end.
                let kinds: [OrderEvent.Kind] = (isNew ? [.disputeOpened] : []) + (dispute.status.isClosed ? [.disputeClosed] : [])
                _ = try transaction.pipeline(kinds.map { Self.event($0, of: orderID, dispute) })
            }
            return isNew ? .opened(orderID) : .changed(orderID)
        }
    }

    private static func insertion(of dispute: Dispute) -> SQL {
        """
        INSERT INTO disputes (provider_dispute_id, provider_intent_id, amount, currency, reason, status, opened_at, answer_before, closed_at)
        VALUES (\(dispute.id), \(dispute.intentID), \(dispute.amount.amount), \(dispute.amount.currency), \(dispute.reason), \(dispute.status),
                \(dispute.openedAt), \(dispute.answerBefore), CASE WHEN \(dispute.status.isClosed) THEN now() END)
        ON CONFLICT DO NOTHING
        """
    }

    /// Answers whether the dispute has moved on.
    private static func update(_ dispute: Dispute, in transaction: PostgresTransaction) throws -> Bool {
        let rows = try transaction.query("SELECT status FROM disputes WHERE provider_dispute_id = \(dispute.id) FOR NO KEY UPDATE")
        guard let known: DisputeStatus = try rows.first?["status"], dispute.status.follows(known) else { return false }
        return
            try transaction.execute(
                """
                UPDATE disputes
                   SET status = \(dispute.status), amount = \(dispute.amount.amount), reason = \(dispute.reason),
                       answer_before = coalesce(\(dispute.answerBefore), answer_before),
                       closed_at = CASE WHEN \(dispute.status.isClosed) THEN now() END, updated_at = now()
                 WHERE provider_dispute_id = \(dispute.id)
                """) == 1
    }

    private static func event(_ kind: OrderEvent.Kind, of orderID: Order.ID, _ dispute: Dispute) -> SQL {
        """
        INSERT INTO order_events (order_id, kind, status, reason)
        SELECT id, \(kind), status, \(kind == .disputeOpened ? dispute.reason : dispute.status.rawValue) FROM orders WHERE id = \(orderID)
        """
    }
}
