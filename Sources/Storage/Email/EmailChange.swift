import Domain
import FoundationEssentials
import JobQueue
import Postgres

/// A change of deliveries' state. This is the only way a delivery changes its state: the statement is made from
/// ``EmailDeliveryStatus/transitions`` and passes over deliveries that may not go there.
enum EmailChange {
    /// The statement. It affects as many rows as there are deliveries that went.
    ///
    /// - Parameters:
    ///   - status: where they go.
    ///   - states: where they may come from: not all states that the table lists for `status` need do. With `status`
    ///     itself among them, a delivery may be there already.
    ///   - columns: further assignments.
    ///   - condition: which deliveries.
    static func statement(
        to status: EmailDeliveryStatus, from states: Set<EmailDeliveryStatus>? = nil, setting columns: SQL? = nil,
        where condition: SQL
    ) -> SQL {
        let further: SQL = columns.map { ", \($0)" } ?? ""
        return """
            UPDATE email_deliveries
               SET status = '\(raw: status.rawValue)'\(raw: implied(by: status)), updated_at = now()\(further)
             WHERE \(condition) AND status IN (\(raw: status.sources(among: states)))
            """
    }

    /// What every delivery in a state has in common.
    private static func implied(by status: EmailDeliveryStatus) -> String {
        switch status {
        case .sent: ", sent_at = now(), reason = NULL, fault = NULL, claimed_until = NULL"
        case .pending: ", claimed_until = NULL"
        case .sending, .unknown, .failed, .obsolete: ""
        }
    }

    /// Begins a call to the provider. A delivery in the middle of one was cut off, and its outcome is unknown.
    /// Returns `earlier, status, attempt`.
    static func begin(_ id: EmailDelivery.ID) -> SQL {
        """
        UPDATE email_deliveries AS d
           SET status = CASE earlier.status WHEN 'pending' THEN 'sending' WHEN 'sending' THEN 'unknown'
                                            ELSE d.status END,
               attempt = d.attempt + CASE earlier.status WHEN 'pending' THEN 1 ELSE 0 END,
               reason = CASE earlier.status WHEN 'sending' THEN 'interrupted' ELSE d.reason END,
               updated_at = CASE WHEN earlier.status IN ('pending', 'sending') THEN now() ELSE d.updated_at END
          FROM (SELECT id, status FROM email_deliveries WHERE id = \(id) FOR NO KEY UPDATE) AS earlier
         WHERE d.id = earlier.id
        RETURNING earlier.status AS earlier, d.status, d.attempt
        """
    }

    /// The provider has accepted a delivery whose outcome was unknown.
    static func acceptance(of id: EmailDelivery.ID) -> SQL {
        statement(to: .sent, from: [.unknown], where: "id = \(id)")
    }

    /// What says something that is not true any more is not sent.
    static func withdrawal(where condition: SQL) -> SQL {
        statement(to: .obsolete, where: condition)
    }

    /// Notes with the order that an email was handed over, and which.
    static func sentEvent(of id: EmailDelivery.ID) -> SQL {
        OrderHistory.noting(from: "SELECT order_id, 'email_sent', kind FROM email_deliveries WHERE id = \(id)")
    }
}

/// An email that goes out because of a change: its row and its job are written in the transaction of the change.
struct PendingEmail: Sendable {
    let id = EmailDelivery.ID()
    let orderID: Order.ID
    let kind: EmailKind
    /// The refund it is about.
    var refundID: Refund.ID?
    let recipient: EmailAddress
    /// How long it waits first.
    var delay: Duration?
    /// The trace it belongs to; without one that of the task.
    var traceparent: String?

    /// Adds the deliveries. An email that is there already stays the only one: no change of an order may fail for its
    /// email.
    static func insertion(_ emails: [PendingEmail]) -> SQL {
        """
        INSERT INTO email_deliveries (id, order_id, kind, about, recipient)
        SELECT * FROM unnest(\(emails.map(\.id))::uuid[], \(emails.map(\.orderID))::uuid[],
                             \(emails.map(\.kind))::text[],
                             \(emails.map { $0.refundID?.description ?? "" })::text[],
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
