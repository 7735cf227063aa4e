import Domain
import FoundationEssentials
import JobQueue
import Postgres

/// An email that goes out because of a change: its row and its job are written in the transaction of the change.
struct PendingEmail: Sendable {
    let id = EmailDelivery.ID()
    let orderID: Order.ID
    let kind: EmailKind
    /// The refund it is about.
    var refundID: Refund.ID?
    /// The shipment it is about.
    var shipmentID: Shipment.ID?
    let recipient: EmailAddress
    /// How long it waits first.
    var delay: Duration?
    /// The trace it belongs to; without one that of the task.
    var traceparent: String?

    private var about: String { refundID?.description ?? shipmentID?.description ?? "" }

    /// Adds the deliveries. An email that is there already stays the only one: no change of an order may fail for its
    /// email.
    static func insertion(_ emails: [PendingEmail]) -> SQL {
        """
        INSERT INTO email_deliveries (id, order_id, kind, about, recipient)
        SELECT * FROM unnest(\(emails.map(\.id))::uuid[], \(emails.map(\.orderID))::uuid[],
                             \(emails.map(\.kind))::text[],
                             \(emails.map(\.about))::text[],
                             \(emails.map(\.recipient))::text[])
        ON CONFLICT ON CONSTRAINT email_deliveries_once DO NOTHING
        """
    }

    /// Which of these orders that were never confirmed their customers have heard of all the same: they were written to
    /// about a declined payment.
    ///
    /// Only they are written to when such an order ends. A customer who cancels an unpaid order knows; and an
    /// email about an order that was never announced would go to any address that was entered, as often as an attacker
    /// likes.
    static func told(_ orders: [Order.ID]) -> Query<Set<Order.ID>> {
        Query.rows(
            """
            SELECT order_id FROM email_deliveries
             WHERE order_id = ANY (\(orders)::uuid[]) AND kind = 'payment_failed'
               AND status IN ('sending', 'sent', 'unknown')
            """
        ) { try $0["order_id"] as Order.ID }.map { Set($0) }
    }

    /// The job that sends it, in the same transaction and to be pushed after the commit.
    func job() throws -> PendingJob {
        try JobLedger.insertion(
            of: SendEmail(deliveryID: id), runAt: delay.map { Date().addingTimeInterval($0.inSeconds) },
            traceparent: traceparent)
    }
}
