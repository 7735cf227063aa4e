import CrashPoints
import Domain
import JobQueue
import Logging
import Storage

/// Cancels an order whose payment may be under way. The provider decides which of the two it is: an intent that it
/// cancels never charges, and one that has charged is settled first and then refunded.
struct CancelOrderHandler: JobHandler {
    /// How long the provider gets for a payment that it can neither cancel nor finish.
    static let pause: Duration = .seconds(10)

    let orders: OrderStore
    let store: SettlementStore
    let checkouts: CheckoutBatches
    let payments: any PaymentProvider

    func run(_ job: CancelOrder, in context: JobContext) async throws {
        guard let facts = try await store.load(job.orderID) else {
            throw JobFailure.permanent(code: "unknown_order", "there is no order \(job.orderID)")
        }
        // Money that is held for an order that is over is voided all the same.
        guard facts.status.isOpen || facts.status.isPaid || facts.paymentStatus == .authorized else { return }
        if facts.paymentStatus.rank < PaymentStatus.captured.rank {
            guard let intentID = facts.intentID else { return }
            let intent = try await payments.forJob.cancelOrRead(intentID, of: facts.paymentID)
            CrashPoint.pass(.orderCanceled)
            guard intent.status.isFinal else {
                throw JobFailure.snooze(Self.pause, "the payment is \(intent.status.rawValue) and cannot be canceled")
            }
            let isCanceled = intent.status == .canceled
            _ = try await checkouts.settle(
                PaymentUpdate(
                    orderID: job.orderID, intent: intent, source: .customer,
                    completion: isCanceled ? context.completion : nil))
            if isCanceled { return }
        }
        // The money has moved.
        switch try await orders.finishCanceling(job.orderID, completion: context.completion) {
        case .refunded, .over: return
        case .alreadyShipped:
            context.logger.warning("an order stands: it is already shipped", metadata: ["order_id": "\(job.orderID)"])
        case .notPaid:
            throw JobFailure.transient("the payment of order \(job.orderID) was charged but could not be settled")
        }
    }
}
