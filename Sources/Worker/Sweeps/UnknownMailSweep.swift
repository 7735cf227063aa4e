import Domain
import Logging
import ServiceLifecycle
import Storage

/// Settles mails whose outcome is unknown by asking the provider whether it accepted their Message-ID. Without such a look-up they stay
/// parked for an operator; they are never just sent again.
struct UnknownMailSweep: Service {
    let store: MailStore
    let activity: any MailActivity
    /// The Message-ID under which a delivery was sent.
    let messageID: @Sendable (MailDelivery) -> String
    /// How long the provider gets to take note of a message before its "no" counts.
    let wait: Duration
    let logger: Logger

    func run() async throws {
        await repeatedly(every: .seconds(2), log: logger, "settle mails of unknown outcome") {
            try await sweep()
        }
    }

    /// Asks about every mail that is due. One about which nothing can be learnt now comes up again in a minute; the others don't wait for it.
    func sweep() async throws {
        for delivery in try await store.claimUnknown(waiting: wait) {
            do {
                let wasAccepted = try await activity.wasAccepted(messageID: messageID(delivery))
                try await store.resolveUnknown(delivery.id, wasAccepted: wasAccepted)
                logger.notice(
                    "settled a mail of unknown outcome", metadata: ["delivery_id": "\(delivery.id)", "accepted": "\(wasAccepted)"])
            } catch {
                try Task.checkCancellation()
                logger.warning(
                    "could not settle a mail of unknown outcome", metadata: ["delivery_id": "\(delivery.id)", "error": "\(error)"])
            }
        }
    }
}
