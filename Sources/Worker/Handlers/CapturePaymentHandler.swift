import CrashPoints
import Domain
import JobQueue
import Logging
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
        let intent = try await capture(intentID, of: facts)
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

    private func capture(_ id: PaymentIntent.ID, of facts: CheckoutSnapshot) async throws -> PaymentIntent {
        guard let key = IdempotencyKey.capture(ofPayment: facts.paymentID) else {
            throw JobFailure.badKey(facts.paymentID)
        }
        do {
            return try await payments.capture(id, amount: facts.captureAmount, key: key)
        } catch {
            switch error.disposition {
            case .readBack, .settle: return try await readBack(id, after: error)
            case .retrySameKey, .openCircuit, .deadLetter: throw error.jobFailure
            }
        }
    }

    private func readBack(_ id: PaymentIntent.ID, after failure: PaymentFailure) async throws -> PaymentIntent {
        do {
            let intent = try await payments.retrieve(id)
            // Not taken: the call never took effect, or is still under way.
            if intent.status == .requiresCapture { throw failure.jobFailure }
            return intent
        } catch let error as PaymentFailure {
            throw error.jobFailure
        }
    }
}
