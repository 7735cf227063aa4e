import Domain
import JobQueue
import Logging
import Metrics
import ServiceLifecycle
import Storage

/// Applies the email provider's events about an email. May be repeated at will: what is handled is marked so.
struct EmailEventsHandler: JobHandler {
    let store: EmailEventStore

    func run(_ job: HandleEmailEvents, in context: JobContext) async throws {
        let update = try await store.handle(job.deliveryID, completion: context.completion)
        let metadata: Logger.Metadata = ["delivery_id": "\(job.deliveryID)"]
        if !update.isKnown {
            context.logger.warning("the email provider reports an email that is not known", metadata: metadata)
        }
        if update.wasUnknown { context.logger.notice("an email of unknown outcome was accepted", metadata: metadata) }
        if let bounce = update.bounce {
            context.logger.warning(
                "an email did not reach its reader", metadata: metadata.merging(["event": "\(bounce.name)"]) { $1 })
        }
    }
}

/// Settles emails whose outcome is unknown by the provider's record of what it accepted. Without such a record they
/// stay parked for an operator. Of a record that may be late, silence counts once: then the email is sent once more
/// under the same Message-ID, and after that parked.
struct UnknownEmailSweep: Service {
    let store: EmailStore
    let activity: any EmailActivity
    /// The Message-ID under which a delivery was sent.
    let messageID: @Sendable (EmailDelivery) -> String
    /// How long the provider gets to take note of a message before its "no" counts.
    let wait: Duration
    let logger: Logger

    func run() async throws {
        await repeatedly(every: .seconds(2), log: logger, "settle emails of unknown outcome") {
            try await sweep()
        }
    }

    /// Asks about every email that is due. One about which nothing can be learnt now comes up again in a minute; the
    /// others don't wait for it.
    func sweep() async throws {
        for delivery in try await store.claimUnknown(waiting: wait) {
            do {
                let trace = try await activity.trace(of: delivery, messageID: messageID(delivery))
                let end = try await store.resolveUnknown(delivery.id, by: trace)
                logger.log(
                    level: end == .parked ? .error : .notice, "looked up an email of unknown outcome",
                    metadata: ["delivery_id": "\(delivery.id)", "trace": "\(trace)", "end": "\(end)"])
            } catch {
                try Task.checkCancellation()
                logger.warning(
                    "could not settle an email of unknown outcome",
                    metadata: ["delivery_id": "\(delivery.id)", "error": "\(error)"])
            }
        }
    }
}

/// Shows in every worker's metrics how many emails wait for an operator: `emails_need_attention`, where any that is
/// `refused` is worth an alert, because the shop's own settings keep all email back.
struct EmailGauge: Service {
    let store: EmailStore
    let interval: Duration
    let logger: Logger
    var metrics: any MetricsFactory = MetricsSystem.factory

    func run() async throws {
        await repeatedly(every: interval, log: logger, "count the emails that wait for an operator") {
            try await measure()
        }
    }

    func measure() async throws {
        let counts = try await store.counts()
        for (status, count) in [("failed", counts.failed), ("refused", counts.refused), ("unknown", counts.parked)] {
            Gauge(label: "emails_need_attention", dimensions: [("status", status)], factory: metrics).record(count)
        }
    }
}
