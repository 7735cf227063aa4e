import CrashPoints
import Domain
import JobQueue
import Logging
import Metrics
import Storage

/// Takes the money that is set aside for an order. Capturing names the stored intent, which can be captured once, so
/// whatever is repeated takes nothing twice; an intent that was captured before reads back as a success.
struct CapturePaymentHandler: JobHandler {
    let store: CheckoutStore
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
        let news = PaymentUpdate(orderID: job.orderID, intent: intent, source: .worker, completion: context.completion)
        let outcome = try await checkouts.settle(news)
        if intent.status == .canceled {
            context.logger.error(
                "money that was set aside is gone",
                metadata: ["order_id": "\(job.orderID)", "order_status": "\(outcome?.status.rawValue ?? "unknown")"])
        }
    }
}

/// Looks for money that the provider is about to let go.
struct CaptureDeadlines: Job {
    static let name = "authorizations.watch"
    static let queue: QueueName = "payments"
    static let retry: RetryPolicy = .exponential(attempts: 5, from: .seconds(10), to: .minutes(5))
}

/// A day before the provider lets money go that nobody has asked for, says so, or takes it where the shop wants that.
/// Doing it twice does no harm.
struct CaptureDeadlinesHandler: JobHandler {
    /// How long before the end somebody is told.
    static let notice: Duration = .seconds(86_400)

    let store: CaptureStore
    /// Whether the money is taken, instead of only being talked about.
    let captures: Bool

    func run(_ job: CaptureDeadlines, in context: JobContext) async throws {
        let due = try await store.due(within: Self.notice)
        Gauge(label: "payments_capture_due").record(due.count)
        for capture in due {
            let isNews = try await store.noteDue(capture.orderID)
            let metadata: Logger.Metadata = [
                "order_id": "\(capture.orderID)", "order": "\(capture.orderNumber)", "amount": "\(capture.amount)",
                "before": "\(capture.before)",
            ]
            if captures {
                _ = try await store.request(capture.orderID, by: .system("worker"))
                context.logger.notice(
                    "money that is set aside is taken before the provider lets it go", metadata: metadata)
            } else if isNews {
                context.logger.error("money that is set aside will be let go unless it is captured", metadata: metadata)
            }
        }
    }
}
