package import Domain
import JobQueue
import Postgres

/// Money that moved on an intent of ours that pays for no order, and is refunded.
package struct OrphanCharge: Hashable, Sendable {
    package let intentID: PaymentIntent.ID
    /// The order it names; there need not be such an order.
    package let orderID: Order.ID
    /// The payment it names, likewise.
    package let paymentID: Payment.ID
    /// How much is refunded.
    package let amount: Money
    package let reason: RefundReason

    package init(
        intentID: PaymentIntent.ID, orderID: Order.ID, paymentID: Payment.ID, amount: Money, reason: RefundReason
    ) {
        self.intentID = intentID
        self.orderID = orderID
        self.paymentID = paymentID
        self.amount = amount
        self.reason = reason
    }
}

extension RefundStore {
    /// Notes the refund of an orphan charge with the job that makes it, once per intent. Answers whether it is new.
    @discardableResult
    package func refundOrphanCharge(_ charge: OrphanCharge, by actor: AuditActor) async throws -> Bool {
        let id = Refund.ID()
        let job = try JobLedger.insertion(of: RefundPayment(refundID: id))
        let audit = try AuditLog.insertion(
            of: AuditEntry(
                actor: actor, action: "refund.requested", subjectKind: "order", subjectID: charge.orderID.description,
                details: [
                    "refund": id.description, "amount": charge.amount.description, "reason": charge.reason.rawValue,
                    "intent": charge.intentID.rawValue,
                ]))
        let isNew = try await database.transaction { transaction in
            let inserted = try transaction.execute(
                """
                INSERT INTO refunds (id, orphan_intent_id, named_order_id, named_payment_id, amount, currency, reason,
                    requested_by, request_key)
                VALUES (\(id), \(charge.intentID), \(charge.orderID), \(charge.paymentID), \(charge.amount.amount),
                    \(charge.amount.currency),
                        \(charge.reason), \(actor.text), \("orphan:\(charge.intentID)"))
                ON CONFLICT (orphan_intent_id) DO NOTHING
                """)
            if inserted == 0 { return false }
            _ = try transaction.pipeline([
                OrderHistory.noting(.refundRequested, charge.reason.rawValue, of: charge.orderID), audit,
                job.statement,
            ])
            return true
        }
        if isNew { await dispatcher.push([job]) }
        return isNew
    }

    /// All refunds of what was taken on one intent, oldest first. An order that was charged twice has refunds of two.
    package func refunds(from intentID: PaymentIntent.ID) async throws -> [Refund] {
        try await database.query(
            """
            \(raw: RefundRow.selection)
             WHERE r.payment_id = (SELECT id FROM payments WHERE provider_intent_id = \(intentID))
                 OR r.orphan_intent_id = \(intentID)
             ORDER BY r.id
            """
        ).map(RefundRow.refund)
    }

    /// Writes a refund of ours down again that the provider has and we have lost, and settles what has become of it.
    ///
    /// ``RecordRefundOutcome/unknownRefund`` when the snapshot does not name one of ours, or its intent is no payment
    /// of which so much was taken.
    package func restore(_ snapshot: ProviderRefund) async throws -> RecordRefundOutcome {
        guard let id = snapshot.refundID, let intentID = snapshot.intentID else { return .unknownRefund }
        let payment = try await database.query("SELECT order_id FROM payments WHERE provider_intent_id = \(intentID)")
            .first
        guard let orderID: Order.ID = try payment?["order_id"] else { return .unknownRefund }
        let isThere = try await database.transaction { transaction in
            let (orders, refunds) = try transaction.pipeline(
                LockedOrders.locking([orderID]), RefundRow.locked(of: orderID))
            if refunds.contains(where: { $0.id == id }) { return true }
            guard let entry = orders.entries[orderID],
                entry.facts.intentID == intentID, entry.captured.currency == snapshot.amount.currency
            else { return false }
            let left = try RefundSum(captured: entry.captured, refunds: refunds.map { ($0.amount, $0.status) })
                .refundable
            guard snapshot.amount.amount <= left.amount else { return false }
            try transaction.execute([
                RefundRow.insertion(
                    id, of: orderID, entry.facts.paymentID, snapshot.amount, because: .requestedByCustomer,
                    by: .system("reconciler"),
                    key: "restored:\(snapshot.id)"),
                OrderChange.statement([
                    OrderChange(orderID, to: nil, .init(.refundRequested, RefundReason.requestedByCustomer.rawValue))
                ]),
            ])
            return true
        }
        return isThere ? try await record(snapshot, for: id) : .unknownRefund
    }
}
