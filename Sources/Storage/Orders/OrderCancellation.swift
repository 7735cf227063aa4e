import Domain
import JobQueue
import Postgres

/// Canceling an order: read under the locks of order and payment, decided, written by the caller's transaction.
struct OrderCancellation {
    /// What is to be done.
    enum Step {
        /// No money is under way: release the stock.
        case release
        /// Money was taken: it is refunded, and the goods return to stock.
        case refund
        /// The provider has to be asked first.
        case ask
        /// A job is at it.
        case running
        /// It is over already.
        case over
        /// The goods, or a part of them, are shipped.
        case shipped
        /// There is no such order.
        case unknown

        var changesOrder: Bool { self == .release || self == .refund || self == .ask }
    }

    let entry: LockedOrders.Entry
    /// The columns that tell whose it is.
    let owner: PostgresRow
    private let reason: String
    private let refunds: [Refund]
    private let products: [Product.ID]
    /// Whether the customer has heard of an order that was never confirmed.
    private let isTold: Bool

    /// `nil` when there is no such order. Without a reason the one given earlier stands.
    init?(_ id: Order.ID, reason: String?, in transaction: PostgresTransaction) throws {
        let (orders, owner, refunds, products, told) = try transaction.pipeline(
            LockedOrders.locking([id]),
            Query.firstRow("SELECT user_id, guest_token_hash FROM orders WHERE id = \(id)") { $0 },
            RefundRow.locked(of: id), OrderStock.products(of: [id]), PendingEmail.told([id]))
        guard let entry = orders.entries[id], let owner else { return nil }
        self.entry = entry
        self.owner = owner
        self.reason = reason ?? entry.cancelReason ?? "requested"
        self.refunds = refunds
        self.products = products.map(\.product)
        isTold = told.contains(id)
    }

    var step: Step {
        switch entry.facts.status {
        case .rejected, .expired, .canceled, .refunded: .over
        case .pending: .release
        case _ where entry.isCancelRequested: .running
        case .reserved, .paymentFailed: entry.facts.intentID == nil ? .release : .ask
        case .confirmed, .partiallyRefunded:
            entry.isShipped ? .shipped : entry.captured.amount > 0 || isFree ? .refund : .ask
        }
    }

    /// Nothing was paid: no provider has to be asked, and only the goods return to stock.
    private var isFree: Bool { entry.facts.paymentStatus == .notRequired }

    /// What becomes of it now that the provider has been asked.
    var end: CancellationResult {
        switch step {
        case .over, .unknown: .over
        case .shipped: .alreadyShipped
        case .refund: .refunded
        case .release, .ask: .notPaid
        case .running where entry.captured.amount == 0: .notPaid
        case .running: entry.isShipped ? .alreadyShipped : .refunded
        }
    }

    /// Writes a step, and answers the jobs to push after the commit.
    func apply(_ step: Step, by actor: AuditActor, in transaction: PostgresTransaction, and more: [SQL] = []) throws
        -> [PendingJob]
    {
        let id = entry.facts.orderID
        var writes = CheckedWrites()
        var jobs = step == .ask ? [try CancelOrder.insertion(for: id)] : try InvalidateProducts.pending(for: products)
        switch step {
        case .release: writes.end([entry], as: .canceled, .init(.canceled, reason))
        case .refund:
            var events = [OrderChange.Event(.canceled, reason)]
            writes.add(OrderStock.restock(of: [id], by: actor))
            let amount = try RefundSum(captured: entry.captured, refunds: refunds.map { ($0.amount, $0.status) })
                .refundable
            if amount.amount > 0 {
                let refund = Refund.ID()
                jobs.append(try JobLedger.insertion(of: RefundPayment(refundID: refund)))
                events.append(.init(.refundRequested, RefundReason.orderCanceled.rawValue))
                writes.add(
                    RefundRow.insertion(
                        refund, of: id, entry.facts.paymentID, amount, because: .orderCanceled, restock: true,
                        takesTheRest: true, by: actor, key: RefundReason.orderCanceled.rawValue))
            }
            writes.add([OrderChange(id, to: .canceled, events)])
        case .ask:
            var change = OrderChange(id, to: nil, .init(.cancelRequested, reason))
            change.cancelReason = reason
            writes.add([change])
        case .running, .over, .shipped, .unknown: return []
        }
        if step == .refund || step == .release && isTold, let email = entry.email {
            let pending = PendingEmail(orderID: id, kind: .cancellation, recipient: email)
            jobs.append(try pending.job())
            writes.add(PendingEmail.insertion([pending]))
        }
        writes.add(more)
        writes.add(jobs)
        try writes.run(in: transaction)
        return jobs
    }

    /// Keeps the order: drops the request to cancel it, and answers the jobs to push after the commit. A customer who
    /// got no confirmation, because the order was to be canceled, gets it now.
    func keep(in transaction: PostgresTransaction) throws -> [PendingJob] {
        let id = entry.facts.orderID
        _ = try transaction.execute(
            "UPDATE orders SET cancel_requested_at = NULL, cancel_reason = NULL WHERE id = \(id)")
        guard let email = entry.email else { return [] }
        let pending = PendingEmail(orderID: id, kind: .orderConfirmation, recipient: email)
        guard try transaction.execute(PendingEmail.insertion([pending])) == 1 else { return [] }
        let job = try pending.job()
        _ = try transaction.execute(job.statement)
        return [job]
    }
}
