import Domain
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
