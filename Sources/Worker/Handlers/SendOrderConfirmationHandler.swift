import Domain
import FoundationEssentials
import JobQueue
import Logging
import Providers
import Storage

/// Sends the mail that says an order is confirmed, once.
///
/// That a call is about to be made is committed before it is made. When the process dies in between, the next attempt finds the delivery
/// `sending` and parks it as unknown instead of sending it again; ``UnknownMailSweep`` asks the provider what became of it.
struct SendOrderConfirmationHandler: JobHandler {
    let store: MailStore
    let transport: any MailTransport
    let renderer: OrderConfirmationMail

    func run(_ job: SendOrderConfirmation, in context: JobContext) async throws {
        guard let (delivery, order) = try await store.load(job.deliveryID) else {
            throw JobFailure.permanent(code: "unknown_delivery", "there is no mail delivery \(job.deliveryID)")
        }
        switch try await store.beginSending(job.deliveryID) {
        case .send(let attempt):
            try await send(delivery, about: order, attempt: attempt, in: context)
        case .interrupted:
            context.logger.warning("an earlier attempt was cut off while sending; its outcome is looked up")
        case .settled:
            return
        case .unknownDelivery:
            throw JobFailure.permanent(code: "unknown_delivery", "there is no mail delivery \(job.deliveryID)")
        }
    }

    private func send(_ delivery: MailDelivery, about order: Order, attempt: Int, in context: JobContext) async throws {
        let message: MailMessage
        do {
            message = try renderer.render(delivery, order: order, at: Date())
        } catch {
            try await store.markNotSent(
                delivery.id, attempt: attempt, reason: "\(error)", permanent: true, completion: context.completion)
            return
        }
        do {
            let receipt = try await transport.send(message)
            try await store.markSent(delivery.id, attempt: attempt, receipt: receipt, completion: context.completion)
        } catch MailFailure.notSent(let reason, let permanent) {
            try await store.markNotSent(
                delivery.id, attempt: attempt, reason: reason, permanent: permanent, completion: permanent ? context.completion : nil)
            if !permanent { throw JobFailure.transient(reason) }
        } catch MailFailure.notYet(let wait) {
            try await store.markNotSent(
                delivery.id, attempt: attempt, reason: MailFailure.notYet(after: wait).description, permanent: false, completion: nil)
            throw JobFailure.snooze(.waitingTurn(wait), MailFailure.notYet(after: wait).description)
        } catch MailFailure.outcomeUnknown(let reason) {
            try await store.markUnknown(delivery.id, attempt: attempt, reason: reason, completion: context.completion)
        }
    }
}
