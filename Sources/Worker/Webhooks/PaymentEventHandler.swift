import Domain
import FoundationEssentials
import JobQueue
import Logging
import Storage
import Threading

/// Acts on an event of the payment provider. Whatever it does may be repeated at will: updates of payments, refunds and
/// disputes are settled by the same functions, wherever they come from, and by how much they settle, not by when they
/// arrive.
struct PaymentEventHandler: JobHandler {
    /// How long an event waits that comes before what it is about has got so far.
    static let pause: Duration = .seconds(5)

    let events: PaymentEventBatches
    let reader: any PaymentWebhookReader
    let intents: IntentEventHandler
    let refunds: RefundEventHandler
    let disputes: DisputeStore
    let owners: PaymentOwners

    func run(_ job: HandlePaymentEvent, in context: JobContext) async throws {
        guard let event = try await events.load(job.eventID) else {
            throw JobFailure.permanent(code: "unknown_event", "there is no event \(job.eventID)")
        }
        guard let payload = event.payload else { return }
        guard let kind = reader.kind(ofType: event.type), let change = reader.event(ofType: event.type, in: payload)
        else {
            throw JobFailure.permanent(code: "unreadable_event", "event \(job.eventID) makes no sense here")
        }
        let outcome = try await settle(change, of: event, in: context)
        if outcome.isUnmatched {
            context.logger.error(
                "an event of the payment provider could not be joined to what is stored",
                metadata: ["event": "\(job.eventID)", "type": "\(event.type)", "outcome": "\(outcome.rawValue)"])
        }
        try await events.markHandled(HandledEvent(id: job.eventID, outcome: outcome, completion: context.completion))
        PaymentMetrics.handled(kind, outcome)
    }

    private func settle(_ change: PaymentEvent, of event: StoredEvent, in context: JobContext) async throws
        -> PaymentEventOutcome
    {
        do {
            return switch change {
            case .settled(let intent): try await intents.settle(intent)
            case .passed(let intent): try await intents.follow(intent)
            case .chargeRefunded(let charge): try await refunds.settle(charge, context.logger)
            case .refund(let refund): try await refunds.settle(refund, context.logger)
            case .dispute(let dispute): try await settle(dispute, at: event.occurredAt, context.logger)
            }
        } catch let missing as UnmatchedEvent {
            // Rows that a restored database lost, or that are still to come. The last try leaves it in sight.
            if context.isLastAttempt { return missing.outcome }
            throw JobFailure.transient("what event \(event.id) is about is not there: \(missing.outcome.rawValue)")
        }
    }

    private func settle(_ dispute: Dispute, at time: Date, _ logger: Logger) async throws -> PaymentEventOutcome {
        guard try await owners.owner(of: dispute.intentID) == .thisShop else { return .foreign }
        let outcome = try await disputes.record(dispute, at: time)
        guard outcome != .unchanged else { return .alreadyKnown }
        let metadata: Logger.Metadata = [
            "dispute": "\(dispute.id)", "order_id": "\(outcome.orderID.map { "\($0)" } ?? "unknown")",
            "amount": "\(dispute.amount)",
            "reason": "\(dispute.reason)", "status": "\(dispute.status.rawValue)",
        ]
        if dispute.status.isClosed {
            logger.notice("a dispute is over", metadata: metadata)
        } else if case .changed = outcome {
            logger.notice("a dispute has moved on", metadata: metadata)
        } else {
            logger.error("a customer's bank asks money back", metadata: metadata)
        }
        PaymentMetrics.disputed(dispute.status)
        return .disputeRecorded
    }
}

/// Thrown for an event that names an order or a refund of ours that is not there.
struct UnmatchedEvent: Error {
    /// What becomes of the event if it never turns up.
    let outcome: PaymentEventOutcome
}

/// Joins the reading, and the settling, of events that are handled at the same time into one statement each, so that a
/// storm of them costs little more than a few.
struct PaymentEventBatches: Sendable {
    private let loads: Batcher<String, StoredEvent?>
    private let endings: Batcher<HandledEvent, Result<Void, any Error>>

    init(store: WebhookStore) {
        loads = Batcher(maximumBatch: WebhookStore.maximumBatch) { try await store.load($0) }
        endings = Batcher(maximumBatch: WebhookStore.maximumBatch) { await store.markHandled($0) }
    }

    func load(_ id: String) async throws -> StoredEvent? {
        try await loads.submit(id)
    }

    func markHandled(_ event: HandledEvent) async throws {
        while true {
            let result = try await endings.submit(event)
            // A batch runs in the task of one of its callers, and gives up with it. The others are none the worse for
            // it: nothing was done.
            if case .failure(let error) = result, error is CancellationError, !Task.isCancelled { continue }
            return try result.get()
        }
    }
}
