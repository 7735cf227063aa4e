import Domain
import FoundationEssentials
import JobQueue
import Postgres

/// A mail that goes out because of a change: its row and its job are written in the transaction of the change.
struct PendingEmail: Sendable {
    let id = EmailDelivery.ID()
    let orderID: Order.ID
    let kind: EmailKind
    /// The refund it is about.
    var refundID: Refund.ID?
    let recipient: EmailAddress
    /// How long it waits first.
    var delay: Duration?

    /// Adds the deliveries. A mail that is there already stays the only one: no change of an order may fail for its
    /// mail.
    static func insertion(_ mails: [PendingEmail]) -> SQL {
        """
        INSERT INTO email_deliveries (id, order_id, kind, about, recipient)
        SELECT * FROM unnest(\(mails.map(\.id))::uuid[], \(mails.map(\.orderID))::uuid[], \(mails.map(\.kind))::text[],
                             \(mails.map { $0.refundID?.description ?? "" })::text[], \(mails.map(\.recipient))::text[])
        ON CONFLICT ON CONSTRAINT email_deliveries_once DO NOTHING
        """
    }

    /// Which of these orders that were never confirmed their customers have heard of all the same: they were written to
    /// about a declined payment.
    ///
    /// Only they are written to when such an order ends. Whoever cancels an unpaid order knows; and a mail about an
    /// order that nobody was told of goes to whoever's address was entered, as often as somebody likes.
    static func told(_ orders: [Order.ID]) -> SQL {
        """
        SELECT order_id FROM email_deliveries
         WHERE order_id = ANY (\(orders)::uuid[]) AND kind = 'payment_failed'
             AND status IN ('sending', 'sent', 'unknown')
        """
    }

    /// The job that sends it, in the same transaction and to be pushed after the commit.
    func job() throws -> PendingJob {
        try JobLedger.insertion(
            of: SendEmail(deliveryID: id), runAt: delay.map { Date().addingTimeInterval($0.inSeconds) })
    }
}
