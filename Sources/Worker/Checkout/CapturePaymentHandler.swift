import CrashPoints
import Domain
import JobQueue
import Logging
import Metrics
import Storage

/// Captures the money that is authorized for an order. Capturing names the stored intent, which can be captured once,
/// so whatever is repeated captures nothing twice; an intent that was captured before reads back as a success.
struct CapturePaymentHandler: JobHandler {
    let store: SettlementStore
    let checkouts: CheckoutBatches
    let payments: any PaymentProvider

    func run(_ job: CapturePayment, in context: JobContext) async throws {
        guard let facts = try await store.load(job.orderID) else {
            throw JobFailure.permanent(code: "unknown_order", "there is no order \(job.orderID)")
        }
        guard facts.paymentStatus == .authorized, let intentID = facts.intentID else { return }
        let intent = try await payments.forJob.captureOrRead(
            intentID, amount: facts.captureAmount, of: facts.paymentID)
        CrashPoint.pass(.captured)
        guard intent.status.isFinal else { throw JobFailure.transient("the payment is \(intent.status.rawValue)") }
        let update = PaymentUpdate(
            orderID: job.orderID, intent: intent, source: .worker, completion: context.completion)
        let outcome = try await checkouts.settle(update)
        if intent.status == .canceled {
            context.logger.error(
                "an authorization is gone",
                metadata: ["order_id": "\(job.orderID)", "order_status": "\(outcome?.status.rawValue ?? "unknown")"])
        }
    }
}

/// Looks for authorizations that are about to expire.
struct CaptureDeadlines: Job {
    static let name = "authorizations.watch"
    static let queue = ShopQueue.payments.name
    static let retry: RetryPolicy = .exponential(attempts: 5, from: .seconds(10), to: .minutes(5))
}

/// A day before an authorization expires that was not captured, says so, or captures it where the shop wants that.
/// Doing it twice does no harm.
struct CaptureDeadlinesHandler: JobHandler {
    /// How long before the expiry operators are told.
    static let notice: Duration = .seconds(86_400)

    let store: CaptureStore
    /// Whether the money is captured, instead of only being talked about.
    let captures: Bool

    func run(_ job: CaptureDeadlines, in context: JobContext) async throws {
        let due = try await store.due(within: Self.notice)
        Gauge(label: "payments_capture_due").record(due.count)
        for capture in due {
            let isFirst = try await store.noteDue(capture.orderID)
            let metadata: Logger.Metadata = [
                "order_id": "\(capture.orderID)", "order": "\(capture.orderNumber)", "amount": "\(capture.amount)",
                "before": "\(capture.before)",
            ]
            if captures {
                _ = try await store.request(capture.orderID, by: .system("worker"))
                context.logger.notice(
                    "an authorization is captured before it expires", metadata: metadata)
            } else if isFirst {
                context.logger.error(
                    "authorization expires in under 24 h: capture it or it is voided", metadata: metadata)
            }
        }
    }
}
