public import Domain
public import JobQueue
import Postgres

extension MailStore {
    /// The provider has it. Completes the job in the same transaction.
    public func markSent(_ id: MailDelivery.ID, attempt: Int, receipt: MailReceipt, completion: JobCompletion? = nil) async throws {
        try await settle(
            """
            UPDATE email_deliveries
               SET status = 'sent', sent_at = now(), reference = \(receipt.reference), reason = NULL, updated_at = now()
             WHERE id = \(id) AND attempt = \(attempt) AND status IN ('sending', 'unknown')
            """, sent: id, completion)
    }

    /// It surely did not go out. `permanent` ends the delivery as failed and completes the job; otherwise it is pending again and the job retries.
    public func markNotSent(
        _ id: MailDelivery.ID, attempt: Int, reason: String, permanent: Bool, completion: JobCompletion? = nil
    ) async throws {
        try await settle(
            """
            UPDATE email_deliveries
               SET status = \(permanent ? "failed" : "pending"), reason = \(reason), updated_at = now()
             WHERE id = \(id) AND attempt = \(attempt) AND status = 'sending'
            """, sent: nil, permanent ? completion : nil)
    }

    /// It may have gone out: parked until somebody knows. Completes the job.
    public func markUnknown(_ id: MailDelivery.ID, attempt: Int, reason: String, completion: JobCompletion? = nil) async throws {
        try await settle(
            """
            UPDATE email_deliveries
               SET status = 'unknown', reason = \(reason), updated_at = now()
             WHERE id = \(id) AND attempt = \(attempt) AND status = 'sending'
            """, sent: nil, completion)
    }

    /// Takes deliveries of unknown outcome that have waited long enough to ask the provider, so that nobody else asks for the next minute.
    public func claimUnknown(waiting age: Duration, limit: Int = 32) async throws -> [MailDelivery] {
        let rows = try await database.query(
            """
            UPDATE email_deliveries
               SET claimed_until = now() + interval '1 minute'
              FROM (SELECT id FROM email_deliveries
                     WHERE status = 'unknown' AND updated_at <= now() - make_interval(secs => \(age.inSeconds))
                       AND (claimed_until IS NULL OR claimed_until <= now())
                     ORDER BY updated_at LIMIT \(limit)
                       FOR NO KEY UPDATE SKIP LOCKED) AS due
             WHERE email_deliveries.id = due.id
            RETURNING email_deliveries.id, order_id, kind, status, attempt, recipient
            """)
        return try rows.map(MailDelivery.init)
    }

    /// Settles an unknown outcome: the provider accepted it, or did not; then it is tried once more with the same Message-ID, by a new job.
    public func resolveUnknown(_ id: MailDelivery.ID, wasAccepted: Bool) async throws {
        if wasAccepted {
            try await settle(
                """
                UPDATE email_deliveries SET status = 'sent', sent_at = now(), reason = NULL, claimed_until = NULL, updated_at = now()
                 WHERE id = \(id) AND status = 'unknown'
                """, sent: id, nil)
            return
        }
        let job = try JobLedger.insertion(of: SendOrderConfirmation(deliveryID: id))
        let isReopened = try await database.transaction { transaction in
            let affected = try transaction.execute(
                """
                UPDATE email_deliveries SET status = 'pending', claimed_until = NULL, updated_at = now()
                 WHERE id = \(id) AND status = 'unknown'
                """)
            guard affected == 1 else { return false }
            try transaction.execute(job.statement)
            return true
        }
        if isReopened { await dispatcher.push([job]) }
    }

    /// Runs the update of a delivery, notes a mail that went out with its order, and completes the job: together or not at all.
    private func settle(_ update: SQL, sent id: MailDelivery.ID?, _ completion: JobCompletion?) async throws {
        try await database.transaction { transaction in
            let affected = try transaction.execute(update)
            if let id, affected == 1 {
                try transaction.execute(
                    """
                    INSERT INTO order_events (order_id, kind, status)
                    SELECT o.id, 'mail_sent', o.status FROM email_deliveries AS d JOIN orders AS o ON o.id = d.order_id WHERE d.id = \(id)
                    """)
            }
            if let completion { try completion.check(try transaction.pipeline([completion.statement])[0]) }
        }
    }
}
