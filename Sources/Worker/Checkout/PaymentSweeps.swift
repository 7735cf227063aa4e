import CrashPoints
import Domain
import Logging
import ServiceLifecycle
import Storage

/// Releases the stock of orders whose time to pay has run out, and cancels their payments first, so that paid stock
/// is never sold. What becomes of their checkout jobs makes no difference: an order whose job has died ends like any
/// other.
struct ReservationSweep: Service {
    let reservations: ReservationStore
    let settlements: SettlementStore
    let checkouts: CheckoutBatches
    let reconciliation: ReconciliationStore
    let payments: any PaymentProvider
    let interval: Duration
    let logger: Logger

    func run() async throws {
        await repeatedly(every: interval, log: logger, "sweep reservations") {
            try await sweep()
        }
    }

    /// One round. Orders without an intent need no provider and go first; the others are canceled at the same time, a
    /// batch of overdue ones and a batch of orphans at most, so that a slow provider costs one wait and not one for
    /// each.
    func sweep() async throws {
        let overdue = try await reservations.claimOverdue()
        _ = try await reservations.releaseOverdue(overdue.filter { $0.intentID == nil }.map(\.orderID))
        try await reservations.endAbandoned()
        try await reservations.reopenStaleCarts()
        let due = overdue.filter { $0.intentID != nil } + (try await settlements.claimOrphanedIntents())
        await withDiscardingTaskGroup { group in
            for facts in due { group.addTask { await cancel(facts) } }
        }
    }

    /// Cancels the intent and settles what the provider says: released when it is canceled, confirmed when the money
    /// had moved after all.
    /// When the provider can't be asked the stock stays reserved; the order comes up again in half a minute. What the
    /// provider does not know was not and cannot be charged.
    private func cancel(_ facts: CheckoutSnapshot) async {
        guard let id = facts.intentID, let key = IdempotencyKey.cancellation(ofPayment: facts.paymentID) else { return }
        do {
            var intent = try await paid(id, of: facts)
            if intent == nil { intent = try await payments.cancelOrRead(id, key: key) }
            guard let intent, intent.status == .canceled || intent.status.isPaid else { return }
            CrashPoint.pass(.overdueCanceled)
            _ = try await checkouts.settle(PaymentUpdate(orderID: facts.orderID, intent: intent, source: .sweeper))
        } catch PaymentFailure.notFound {
            await endUnknown(id, of: facts)
        } catch {
            // That the provider is away is said once, by the one that notices first.
            if case PaymentFailure.unavailable = error { return }
            if Task.isCancelled { return }
            logger.warning(
                "could not cancel a payment; its stock stays reserved",
                metadata: ["order_id": "\(facts.orderID)", "error": "\(error)"])
        }
    }

    /// Ends an order, or the payment of one that is over, whose intent the provider does not know: by its own word,
    /// given twice. A break tells operators, because nothing of the kind happens while the settings are right.
    private func endUnknown(_ id: PaymentIntent.ID, of facts: CheckoutSnapshot) async {
        do {
            guard try await isUnknown(id) else { return }
            let kept = try await reconciliation.note(
                ReconciliationFinding(
                    .ahead, .intent, id.rawValue, orderID: facts.orderID, amount: facts.amount,
                    reason: "The provider does not know it, so nothing can be charged by it: its order has ended.",
                    resolution: .askOperator))
            _ = try await checkouts.settle(
                PaymentUpdate(orderID: facts.orderID, unknownIntent: id, amount: facts.amount, source: .sweeper))
            if try await reconciliation.isToBeReported(kept.id) {
                logger.error(
                    "an order has ended: the payment provider does not know its payment",
                    metadata: ["order_id": "\(facts.orderID)", "break": "\(kept.id)", "id": "\(id.rawValue)"])
            }
        } catch {
            if Task.isCancelled { return }
            logger.warning(
                "could not end an order whose payment the provider does not know; its stock stays reserved",
                metadata: ["order_id": "\(facts.orderID)", "error": "\(error)"])
        }
    }

    private func isUnknown(_ id: PaymentIntent.ID) async throws(PaymentFailure) -> Bool {
        do {
            _ = try await payments.retrieve(id)
            return false
        } catch .notFound {
            return true
        } catch {
            throw error
        }
    }

    /// A confirmation may have gone through whose answer is still to be settled. Money that is only authorized could be
    /// canceled as well, and an order that its customer has paid would be lost.
    private func paid(_ id: PaymentIntent.ID, of facts: CheckoutSnapshot) async throws(PaymentFailure) -> PaymentIntent?
    {
        guard facts.paymentStatus == .confirming else { return nil }
        let intent = try await payments.retrieve(id)
        return intent.status.isPaid ? intent : nil
    }
}

/// Follows payments that wait for the customer's bank or for the provider: reads each from time to time and settles
/// what has become of it.
/// So an approved payment confirms its order although no message of the provider ever arrives.
struct UndecidedPaymentSweep: Service {
    let store: SettlementStore
    let checkouts: CheckoutBatches
    let payments: any PaymentProvider
    let interval: Duration
    let logger: Logger

    func run() async throws {
        await repeatedly(every: interval, log: logger, "follow undecided payments") {
            try await sweep()
        }
    }

    /// Looks up, at the same time, one batch of the payments that are due.
    func sweep() async throws {
        let undecided = try await store.claimUndecided()
        await withDiscardingTaskGroup { group in
            for facts in undecided { group.addTask { await follow(facts) } }
        }
    }

    private func follow(_ facts: CheckoutSnapshot) async {
        guard let id = facts.intentID else { return }
        do {
            let intent = try await payments.retrieve(id)
            _ = try await checkouts.settle(PaymentUpdate(orderID: facts.orderID, intent: intent, source: .reconciler))
        } catch {
            // That the provider is away is said once, by the one that notices first.
            if case PaymentFailure.unavailable = error { return }
            if Task.isCancelled { return }
            logger.warning(
                "could not look a payment up", metadata: ["order_id": "\(facts.orderID)", "error": "\(error)"])
        }
    }
}
