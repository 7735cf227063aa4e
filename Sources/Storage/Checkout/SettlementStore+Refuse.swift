package import Domain
package import JobQueue
import Postgres

/// What became of ending an order because the provider refuses its payment.
package enum RefuseOutcome: Hashable, Sendable {
    /// The order is rejected, its stock released, its cart open again, and the job done.
    case rejected
    /// It has an intent by now, which has to be canceled first. Nothing was done.
    case intentStored(PaymentIntent.ID)
    /// It was over, or paid for, before. Nothing was done but the job completed.
    case settled
    /// There is no such order.
    case unknownOrder
}

extension SettlementStore {
    /// Ends an order whose payment the provider refuses for good, before there is an intent of it that could ever move
    /// money. Where there is one, it is canceled first and settled with the refusal (``PaymentUpdate/refusal``).
    ///
    /// - Throws: `JobFenced` when the attempt is stale: nothing was done.
    package func refuse(_ id: Order.ID, because refusal: PaymentRefusal, completion: JobCompletion) async throws
        -> RefuseOutcome
    {
        let (outcome, jobs) = try await database.transaction { transaction -> (RefuseOutcome, [PendingJob]) in
            let (orders, products) = try transaction.pipeline(
                LockedOrders.locking([id]), OrderStock.products(of: [id]))
            guard let entry = orders.entries[id] else { return (.unknownOrder, []) }
            guard entry.facts.status.isOpen else {
                try transaction.run(completion)
                return (.settled, [])
            }
            if let intent = entry.facts.intentID { return (.intentStored(intent), []) }
            let emails = entry.email.map { [PendingEmail(orderID: id, kind: .cancellation, recipient: $0)] } ?? []
            let jobs = try OrderStock.invalidation(of: [id], among: products) + emails.map { try $0.job() }
            var writes = CheckedWrites()
            writes.end([entry], as: .rejected, .init(.rejected, refusal.code), rejectionReason: refusal.code)
            // It is counted with the declined ones: its customer gets an email, even when another person placed the
            // order.
            writes.add(DeclineLimit.insertion([(id, entry.facts.attempt, nil)]))
            if !emails.isEmpty { writes.add(PendingEmail.insertion(emails)) }
            writes.add(jobs)
            writes.add(completion)
            try writes.run(in: transaction)
            return (.rejected, jobs)
        }
        if outcome == .rejected {
            await dispatcher.push(jobs)
            await notifier.publish([id])
        }
        return outcome
    }
}

extension CheckedWrites {
    /// Ends orders without money: their stock is released, their payments are canceled, their carts open again.
    mutating func end(
        _ entries: [LockedOrders.Entry], as status: OrderStatus, _ event: OrderChange.Event,
        rejectionReason: String? = nil
    ) {
        let ids = entries.map(\.facts.orderID)
        add(OrderStock.release(of: ids))
        add(entries.flatMap(\.paymentVoid))
        add(OrderCart.reopen(for: ids))
        add(
            ids.map { id in
                var change = OrderChange(id, to: status, event)
                change.rejectionReason = rejectionReason
                return change
            })
    }
}
