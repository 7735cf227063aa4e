import CrashPoints
import Domain
import FoundationEssentials
import JobQueue
import Logging
import Providers
import Storage

/// Sends one email about an order, once, if what it says is still true.
///
/// That a call is about to be made is committed before it is made. When the process dies in between, the next attempt
/// finds the delivery `sending` and parks it as unknown instead of sending it again; ``UnknownEmailSweep`` asks the
/// provider what became of it.
struct SendEmailHandler: JobHandler {
    /// How long an email waits that may turn out to be needless.
    static let pause: Duration = .seconds(15)

    /// How long an email waits that is refused because of the shop: longer each time, for an operator has to mend
    /// something.
    static func refusalPause(attempt: Int) -> Duration {
        min(.seconds(30) * (1 << min(max(attempt - 1, 0), 5)), .seconds(15 * 60))
    }

    let store: EmailStore
    let transport: any EmailTransport
    let renderer: OrderEmailRenderer
    /// Whether email is not tried at present because its provider fails. A failure then uses up no attempt.
    var isAway: @Sendable () async -> Bool = { false }

    func run(_ job: SendEmail, in context: JobContext) async throws {
        guard let subject = try await store.load(job.deliveryID) else { throw Self.unknown(job) }
        // An attempt that was cut off may have gone out: it is looked up whatever the email would say by now.
        let timing =
            subject.delivery.status == .sending
            ? .now : EmailTiming(subject.delivery.kind, order: subject.order.status, refund: subject.refund?.status)
        switch timing {
        case .now: break
        case .later: throw JobFailure.snooze(Self.pause, "what the email would say is being decided")
        case .never: return try await store.markObsolete(job.deliveryID, completion: context.completion)
        }
        switch try await store.beginSending(job.deliveryID) {
        case .send(let attempt):
            try await send(subject, attempt: attempt, in: context)
        case .interrupted:
            context.logger.warning("an earlier attempt was cut off while sending; its outcome is looked up")
        case .settled:
            return
        case .unknownDelivery:
            throw Self.unknown(job)
        }
    }

    private func send(_ subject: EmailSubject, attempt: Int, in context: JobContext) async throws {
        let id = subject.delivery.id
        let message: EmailMessage
        do {
            message = try renderer.render(subject.delivery, order: subject.order, refund: subject.refund, at: Date())
        } catch {
            try await store.markNotSent(
                id, attempt: attempt, reason: "\(error)", fault: .email, isFinal: true, completion: context.completion)
            return
        }
        do {
            let receipt = try await transport.send(message)
            CrashPoint.pass(.emailAccepted)
            try await store.markSent(id, attempt: attempt, receipt: receipt, completion: context.completion)
        } catch EmailFailure.notSent(let reason, let fault) {
            try await notSent(id, attempt: attempt, reason: reason, fault: fault, in: context)
        } catch EmailFailure.notYet(let wait, let reason) {
            try await store.markNotSent(id, attempt: attempt, reason: reason, fault: .passing, isFinal: false)
            throw JobFailure.snooze(.waitingTurn(wait), reason)
        } catch EmailFailure.outcomeUnknown(let reason) {
            try await store.markUnknown(id, attempt: attempt, reason: reason, completion: context.completion)
        }
    }

    /// What is the customer's or the email's own is final. What is the shop's is told to operators and tried for as
    /// long as it takes. What passes is tried as often as the job is, and then given up where operators find it.
    private func notSent(
        _ id: EmailDelivery.ID, attempt: Int, reason: String, fault: EmailFault, in context: JobContext
    )
        async throws
    {
        let isFinal: Bool
        switch fault {
        case .email: isFinal = true
        case .passing: isFinal = context.isLastAttempt ? !(await isAway()) : false
        case .shop, .policy: isFinal = false
        }
        try await store.markNotSent(
            id, attempt: attempt, reason: reason, fault: fault, isFinal: isFinal,
            completion: isFinal ? context.completion : nil)
        if isFinal {
            context.logger.warning(
                "an email is given up",
                metadata: ["delivery_id": "\(id)", "fault": "\(fault.rawValue)", "reason": "\(reason)"])
            return
        }
        guard fault.isShops else { throw JobFailure.transient(reason) }
        context.logger.error(
            "email is refused because of the shop's settings; it is tried again until they are mended",
            metadata: ["delivery_id": "\(id)", "fault": "\(fault.rawValue)", "reason": "\(reason)"])
        throw JobFailure.snooze(.waitingTurn(Self.refusalPause(attempt: attempt)), reason)
    }

    private static func unknown(_ job: SendEmail) -> JobFailure {
        .permanent(code: "unknown_delivery", "there is no email delivery \(job.deliveryID)")
    }
}
