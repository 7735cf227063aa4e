package import Domain
import JobQueue
import Postgres

extension RefundStore {
    /// Notes that a stray charge goes back and the job that carries it out, once per intent. Says whether that is news.
    @discardableResult
    package func giveBack(_ charge: OrphanCharge, by actor: AuditActor) async throws -> Bool {
        let id = Refund.ID()
        let job = try JobLedger.insertion(of: RefundPayment(refundID: id))
        let audit = try AuditLog.insertion(
            of: AuditEntry(
                actor: actor, action: "refund.requested", subjectKind: "order", subjectID: charge.orderID.description,
                details: [
                    "refund": id.description, "amount": charge.amount.description, "reason": charge.reason.rawValue,
                    "intent": charge.intentID.rawValue,
                ]))
        let isNews = try await database.transaction { transaction in
            let inserted = try transaction.execute(
                """
                INSERT INTO refunds (id, stray_intent_id, named_order_id, named_payment_id, amount, currency, reason, requested_by, request_key)
                VALUES (\(id), \(charge.intentID), \(charge.orderID), \(charge.paymentID), \(charge.amount.amount), \(charge.amount.currency),
                        \(charge.reason), \(actor.text), \("stray:\(charge.intentID)"))
                ON CONFLICT (stray_intent_id) DO NOTHING
                """)
            if inserted == 0 { return false }
            try transaction.execute([
                Self.strayEvent(.refundRequested, charge.orderID, charge.reason.rawValue), audit, job.statement,
            ])
            return true
        }
        if isNews { await dispatcher.push([job]) }
        return isNews
    }

    /// All refunds of what was taken on one intent, oldest first. An order that was charged twice has refunds of two.
    package func refunds(from intentID: PaymentIntent.ID) async throws -> [Refund] {
        try await database.query(
            """
            \(raw: RefundRow.selection)
             WHERE r.payment_id = (SELECT id FROM payments WHERE provider_intent_id = \(intentID)) OR r.stray_intent_id = \(intentID)
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
            let read = try transaction.pipeline(LockedOrders.statements([orderID]) + [RefundRow.locked(of: orderID)])
            let refunds = try read[2].rows.map(RefundRow.refund)
            if refunds.contains(where: { $0.id == id }) { return true }
            guard let entry = try LockedOrders(orders: read[0].rows, payments: read[1].rows).entries[orderID],
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
                RefundRow.event(of: orderID, because: .requestedByCustomer, entry.facts.status),
                "UPDATE orders SET version = version + 1, updated_at = now() WHERE id = \(orderID)",
            ])
            return true
        }
        return isThere ? try await record(snapshot, for: id) : .unknownRefund
    }

    /// An event of the order that a stray charge names, where there is one.
    static func strayEvent(_ kind: OrderEvent.Kind, _ orderID: Order.ID, _ reason: String) -> SQL {
        """
        INSERT INTO order_events (order_id, kind, status, reason)
        SELECT id, \(kind)::text, status, \(reason)::text FROM orders WHERE id = \(orderID)
        """
    }
}
