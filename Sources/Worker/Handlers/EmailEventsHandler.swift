import Domain
import JobQueue
import Logging
import Storage

/// Takes note of what the mail provider has told of a mail. May be repeated at will: what is handled is marked so.
struct EmailEventsHandler: JobHandler {
    let store: EmailEventStore

    func run(_ job: HandleEmailEvents, in context: JobContext) async throws {
        let news = try await store.handle(job.deliveryID, completion: context.completion)
        let metadata: Logger.Metadata = ["delivery_id": "\(job.deliveryID)"]
        if !news.isKnown {
            context.logger.warning("the mail provider tells of a mail that is not known", metadata: metadata)
        }
        if news.wasUnknown { context.logger.notice("a mail of unknown outcome was accepted", metadata: metadata) }
        if let bounce = news.bounce {
            context.logger.warning(
                "a mail did not reach its reader", metadata: metadata.merging(["event": "\(bounce.name)"]) { $1 })
        }
    }
}
