import Domain
import Logging
import ServiceLifecycle
import Storage

/// Settles mails whose outcome is unknown by the provider's record of what it accepted. Without such a record they stay
/// parked for an operator.
/// Of a record that may be late, silence counts once: then the mail is sent once more under the same Message-ID, and
/// after that parked.
struct UnknownEmailSweep: Service {
    let store: EmailStore
    let activity: any EmailActivity
    /// The Message-ID under which a delivery was sent.
    let messageID: @Sendable (EmailDelivery) -> String
    /// How long the provider gets to take note of a message before its "no" counts.
    let wait: Duration
    let logger: Logger

    func run() async throws {
        await repeatedly(every: .seconds(2), log: logger, "settle mails of unknown outcome") {
            try await sweep()
        }
    }

    /// Asks about every mail that is due. One about which nothing can be learnt now comes up again in a minute; the
    /// others don't wait for it.
    func sweep() async throws {
        for delivery in try await store.claimUnknown(waiting: wait) {
            do {
                let trace = try await activity.trace(of: delivery, messageID: messageID(delivery))
                let end = try await store.resolveUnknown(delivery.id, by: trace)
                logger.log(
                    level: end == .parked ? .error : .notice, "looked up a mail of unknown outcome",
                    metadata: ["delivery_id": "\(delivery.id)", "trace": "\(trace)", "end": "\(end)"])
            } catch {
                try Task.checkCancellation()
                logger.warning(
                    "could not settle a mail of unknown outcome",
                    metadata: ["delivery_id": "\(delivery.id)", "error": "\(error)"])
            }
        }
    }
}
