package import Domain
package import FoundationEssentials
package import Postgres

/// A dispute as it is stored, with the order it is about.
package struct DisputeRecord: Hashable, Sendable {
    /// What the provider said last.
    package let dispute: Dispute
    /// The order, when it is one of ours.
    package let orderID: Order.ID?
    /// Its number.
    package let orderNumber: Int64?
    /// When the provider took its money.
    package let withdrawnAt: Date?
    /// When the shop had it again.
    package let reinstatedAt: Date?
    /// When the bank's decision arrived.
    package let closedAt: Date?
}

/// What an update of a dispute changed.
package enum RecordDisputeOutcome: Hashable, Sendable {
    /// It was not known before. The order it is about, when it is one of ours.
    case opened(Order.ID?)
    /// It stands elsewhere than before.
    case changed(Order.ID?)
    /// It is known already, or its end is.
    case unchanged
}

extension RecordDisputeOutcome {
    /// The order it is about, when the update changed anything and the order is one of ours.
    package var orderID: Order.ID? {
        switch self {
        case .opened(let id), .changed(let id): id
        case .unchanged: nil
        }
    }
}

/// Charges that customers' banks ask back: recorded, and noted with their orders. The money itself is the provider's
/// affair.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
package struct DisputeStore: Sendable {
    let database: PostgresPool

    package init(database: PostgresPool) {
        self.database = database
    }

    /// Notes where a dispute stands, and where its money is: idempotent, whatever arrives in whatever order.
    ///
    /// - Parameter time: when that was so at the provider.
    package func record(_ dispute: Dispute, at time: Date = Date()) async throws -> RecordDisputeOutcome {
        try await database.transaction { transaction in
            let (isNew, orderID) = try transaction.pipeline(
                Query.any(Self.insertion(of: dispute)),
                Query.firstRow("SELECT order_id FROM payments WHERE provider_intent_id = \(dispute.intentID)") {
                    try $0["order_id"] as Order.ID
                })
            let hasMoved = try isNew || Self.update(dispute, in: transaction)
            let hasPaid = try Self.note(dispute.funds, of: dispute.id, at: time, in: transaction)
            guard hasMoved || hasPaid else { return .unchanged }
            if let orderID {
                // The first event about a dispute may be its end.
                var events = isNew ? [(orderID, OrderChange.Event(.disputeOpened, dispute.reason))] : []
                if hasMoved, dispute.status.isClosed {
                    events.append((orderID, OrderChange.Event(.disputeClosed, dispute.status.rawValue)))
                } else if hasMoved, !isNew {
                    events.append((orderID, OrderChange.Event(.disputeUpdated, dispute.status.rawValue)))
                }
                if hasPaid, let funds = dispute.funds {
                    events.append((orderID, OrderChange.Event(.disputeUpdated, "funds_\(funds.rawValue)")))
                }
                _ = try transaction.execute(OrderHistory.noting(events))
            }
            return isNew ? .opened(orderID) : .changed(orderID)
        }
    }

    private static func insertion(of dispute: Dispute) -> SQL {
        """
        INSERT INTO disputes (provider_dispute_id, provider_intent_id, amount, currency, reason, status, opened_at,
            answer_before, closed_at)
        VALUES (\(dispute.id), \(dispute.intentID), \(dispute.amount.amount), \(dispute.amount.currency),
            \(dispute.reason), \(dispute.status),
                \(dispute.openedAt), \(dispute.answerBefore), CASE WHEN \(dispute.status.isClosed) THEN now() END)
        ON CONFLICT DO NOTHING
        """
    }

    /// Answers whether the dispute has moved on.
    private static func update(_ dispute: Dispute, in transaction: PostgresTransaction) throws -> Bool {
        let rows = try transaction.query(
            "SELECT status FROM disputes WHERE provider_dispute_id = \(dispute.id) FOR NO KEY UPDATE")
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

    /// Notes that its money was withdrawn or reinstated. Answers whether that was not known before.
    private static func note(
        _ funds: DisputeFunds?, of id: Dispute.ID, at time: Date, in transaction: PostgresTransaction
    ) throws -> Bool {
        let statement: SQL
        switch funds {
        case nil: return false
        case .withdrawn:
            statement =
                """
                UPDATE disputes SET withdrawn_at = \(time), updated_at = now()
                 WHERE provider_dispute_id = \(id) AND withdrawn_at IS NULL
                """
        case .reinstated:
            statement =
                """
                UPDATE disputes SET reinstated_at = \(time), updated_at = now()
                 WHERE provider_dispute_id = \(id) AND reinstated_at IS NULL
                """
        }
        return try transaction.execute(statement) == 1
    }
}
