import Domain
import JobQueue
import Postgres

/// Calling an order off: read under the locks of order and payment, decided, written by the caller's transaction.
struct OrderCancellation {
    /// What there is to do.
    enum Step {
        /// No money is under way: give the stock back.
        case release
        /// Money was taken: it goes back, and the goods are back on the shelf.
        case giveBack
        /// The provider has to be asked first.
        case ask
        /// A job is at it.
        case running
        /// It is over already.
        case over
        /// The goods have left.
        case sent
        /// There is no such order.
        case unknown

        var isNews: Bool { self == .release || self == .giveBack || self == .ask }
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
        let read = try transaction.pipeline(
            LockedOrders.statements([id]) + [
                "SELECT user_id, guest_token_hash FROM orders WHERE id = \(id)", RefundRow.locked(of: id),
                "SELECT product_id FROM order_items WHERE order_id = \(id)", PendingEmail.told([id]),
            ])
        guard let entry = try LockedOrders(orders: read[0].rows, payments: read[1].rows).entries[id],
            let owner = read[2].rows.first
        else {
            return nil
        }
        self.entry = entry
        self.owner = owner
        self.reason = reason ?? entry.cancelReason ?? "requested"
        refunds = try read[3].rows.map(RefundRow.refund)
        products = try read[4].rows.map { try $0["product_id"] }
        isTold = !read[5].rows.isEmpty
    }

    var step: Step {
        switch entry.facts.status {
        case .rejected, .expired, .cancelled, .refunded: .over
        case .pending: .release
        case _ where entry.isCancelRequested: .running
        case .reserved, .paymentFailed: entry.facts.intentID == nil ? .release : .ask
        case .confirmed, .partiallyRefunded:
            entry.isShipped ? .sent : entry.captured.amount > 0 || isFree ? .giveBack : .ask
        }
    }

    /// Nothing was paid, so there is nobody to ask and nothing to give back but the goods.
    private var isFree: Bool { entry.facts.paymentStatus == .notRequired }

    /// What becomes of it now that the provider has been asked.
    var end: CancellationResult {
        switch step {
        case .over, .unknown: .over
        case .sent: .alreadyShipped
        case .giveBack: .givenBack
        case .release, .ask: .notPaid
        case .running where entry.captured.amount == 0: .notPaid
        case .running: entry.isShipped ? .alreadyShipped : .givenBack
        }
    }

    /// Writes a step, and answers the jobs to push after the commit.
    func carryOut(_ step: Step, by actor: AuditActor, in transaction: PostgresTransaction, and more: [SQL] = []) throws
        -> [PendingJob]
    {
        let id = entry.facts.orderID
        var writes = CheckedWrites()
        var jobs = step == .ask ? [try CancelOrder.insertion(for: id)] : try InvalidateProducts.pending(for: products)
        switch step {
        case .release: writes.end([entry], as: .cancelled, .init(.cancelled, reason))
        case .giveBack:
            var events = [OrderChange.Event(.cancelled, reason)]
            writes.add(OrderStock.restock(of: [id]))
            let amount = try RefundSum(captured: entry.captured, refunds: refunds.map { ($0.amount, $0.status) })
                .refundable
            if amount.amount > 0 {
                let refund = Refund.ID()
                jobs.append(try JobLedger.insertion(of: RefundPayment(refundID: refund)))
                events.append(.init(.refundRequested, RefundReason.orderCancelled.rawValue))
                writes.add(
                    RefundRow.insertion(
                        refund, of: id, entry.facts.paymentID, amount, because: .orderCancelled, restock: true,
                        takesTheRest: true, by: actor, key: RefundReason.orderCancelled.rawValue))
            }
            writes.add([OrderChange(id, to: .cancelled, events)])
        case .ask:
            var change = OrderChange(id, to: nil, .init(.cancelRequested, reason))
            change.cancelReason = reason
            writes.add([change])
        case .running, .over, .sent, .unknown: return []
        }
        if step == .giveBack || step == .release && isTold, let email = entry.email {
            let mail = PendingEmail(orderID: id, kind: .cancellation, recipient: email)
            jobs.append(try mail.job())
            writes.add(PendingEmail.insertion([mail]))
        }
        writes.add(more)
        writes.add(jobs)
        try writes.run(in: transaction)
        return jobs
    }

    /// Takes the request back, and answers the jobs to push after the commit: whoever was not told that the order is
    /// confirmed, because it was to be called off, is told now.
    func letStand(in transaction: PostgresTransaction) throws -> [PendingJob] {
        let id = entry.facts.orderID
        _ = try transaction.execute(
            "UPDATE orders SET cancel_requested_at = NULL, cancel_reason = NULL WHERE id = \(id)")
        guard let email = entry.email else { return [] }
        let mail = PendingEmail(orderID: id, kind: .orderConfirmation, recipient: email)
        guard try transaction.execute(PendingEmail.insertion([mail])) == 1 else { return [] }
        let job = try mail.job()
        _ = try transaction.execute(job.statement)
        return [job]
    }
}
