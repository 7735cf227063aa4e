public import Domain
public import JobQueue
public import Postgres

/// Money that goes back: rows before the provider's call, never more in all than was taken.
///
/// Locks are taken in the order of all checkout transactions: order, payment, refunds, stock rows by SKU.
public struct RefundStore: Sendable {
    let database: PostgresPool
    let dispatcher: JobDispatcher

    /// A store in this database that pushes jobs after its commits.
    public init(database: PostgresPool, dispatcher: JobDispatcher) {
        self.database = database
        self.dispatcher = dispatcher
    }

    /// Notes a refund and the job that carries it out, once per key.
    ///
    /// - Throws: `PostgresError`. When its outcome is unknown, the same key finds out.
    public func request(_ wish: RefundWish) async throws -> RefundOutcome {
        let id = Refund.ID()
        let job = try JobLedger.insertion(of: RefundPayment(refundID: id))
        let (outcome, jobs) = try await database.transaction { transaction in
            let read = try transaction.pipeline(LockedOrders.statements([wish.orderID]) + [RefundRow.locked(of: wish.orderID)])
            let orders = try LockedOrders(orders: read[0].rows, payments: read[1].rows)
            guard let entry = orders.entries[wish.orderID] else { return (RefundOutcome.unknownOrder, [PendingJob]()) }
            if let earlier = try read[2].rows.first(where: { try $0["request_key"] == wish.key }) {
                return (Self.replay(try RefundRow.refund(earlier), of: wish), [])
            }
            let amount: Money
            switch try Self.amount(wish, entry, refunds: read[2].rows.map(RefundRow.refund)) {
            case .success(let money): amount = money
            case .failure(let refusal): return (refusal.outcome, [])
            }
            let returning = try wish.restock ? StockReturn.jobs(for: wish.orderID, in: transaction) : []
            let results = try transaction.pipeline(
                [
                    RefundRow.insertion(
                        id, of: wish.orderID, entry.facts.paymentID, amount, because: wish.reason, restock: wish.restock, by: wish.actor,
                        key: wish.key),
                    RefundRow.event(of: wish.orderID, because: wish.reason, entry.facts.status),
                    "UPDATE orders SET version = version + 1, updated_at = now() WHERE id = \(wish.orderID)",
                    try Self.audit(wish, id, amount), job.statement,
                ] + (wish.restock ? StockReturn.statements(for: [wish.orderID]) : []) + returning.map(\.statement))
            guard let row = results[0].rows.first else { throw StorageError.corrupt("a new refund returned no row") }
            return (.accepted(try RefundRow.refund(row)), [job] + returning)
        }
        await dispatcher.push(jobs)
        return outcome
    }

    /// All refunds of an order, those of stray charges that name it among them, oldest first.
    public func refunds(of orderID: Order.ID) async throws -> [Refund] {
        try await database.query("SELECT * FROM refunds WHERE order_id = \(orderID) OR named_order_id = \(orderID) ORDER BY id")
            .map(RefundRow.refund)
    }

    private struct Refused: Error {
        let outcome: RefundOutcome
    }

    private static func amount(_ wish: RefundWish, _ entry: LockedOrders.Entry, refunds: [Refund]) throws -> Result<Money, Refused> {
        guard entry.captured.amount > 0 else { return .failure(Refused(outcome: .notPaid(entry.facts.status))) }
        if let currency = wish.amount?.currency, currency != entry.captured.currency {
            return .failure(Refused(outcome: .wrongCurrency(entry.captured.currency)))
        }
        if let amount = wish.amount, !amount.isChargeable {
            return .failure(Refused(outcome: .notChargeable(step: Money(amount.currency.chargeableStep, amount.currency))))
        }
        let left = try RefundSum(captured: entry.captured, refunds: refunds.map { ($0.amount, $0.status) }).refundable
        let amount = wish.amount ?? left
        guard amount.amount > 0, amount.amount <= left.amount else {
            return .failure(Refused(outcome: .exceedsCaptured(refundable: left)))
        }
        return .success(amount)
    }

    private static func replay(_ earlier: Refund, of wish: RefundWish) -> RefundOutcome {
        let isSame = (wish.amount ?? earlier.amount) == earlier.amount && wish.reason == earlier.reason && wish.restock == earlier.restock
        return isSame ? .replayed(earlier) : .keyReused
    }

    private static func audit(_ wish: RefundWish, _ id: Refund.ID, _ amount: Money) throws -> SQL {
        try AuditLog.insertion(
            of: AuditEntry(
                actor: wish.actor, action: "refund.requested", subjectKind: "order", subjectID: wish.orderID.description,
                remoteAddress: wish.remoteAddress,
                details: [
                    "refund": id.description, "amount": amount.description, "reason": wish.reason.rawValue, "restock": "\(wish.restock)",
                ]))
    }
}
