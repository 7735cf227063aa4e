package import Domain
package import JobQueue
import Postgres

extension EmailStore {
    /// The provider has it. Completes the job in the same transaction.
    package func markSent(_ id: EmailDelivery.ID, attempt: Int, receipt: EmailReceipt, completion: JobCompletion? = nil)
        async throws
    {
        try await settle(
            """
            UPDATE email_deliveries
               SET status = 'sent', sent_at = now(), reference = \(receipt.reference), reason = NULL, fault = NULL, updated_at = now()
             WHERE id = \(id) AND attempt = \(attempt) AND status IN ('sending', 'unknown')
            """, sent: id, completion)
    }

    /// It surely did not go out, for `fault`. `isFinal` ends the delivery as failed and completes the job; otherwise it
    /// is pending again and the job goes on.
    package func markNotSent(
        _ id: EmailDelivery.ID, attempt: Int, reason: String, fault: EmailFault, isFinal: Bool,
        completion: JobCompletion? = nil
    ) async throws {
        try await settle(
            """
            UPDATE email_deliveries
               SET status = \(isFinal ? "failed" : "pending"), reason = \(reason), fault = \(fault), updated_at = now()
             WHERE id = \(id) AND attempt = \(attempt) AND status = 'sending'
            """, sent: nil, isFinal ? completion : nil)
    }

    /// What it says is no longer true. Completes the job.
    package func markObsolete(_ id: EmailDelivery.ID, completion: JobCompletion? = nil) async throws {
        try await settle(
            "UPDATE email_deliveries SET status = 'obsolete', updated_at = now() WHERE id = \(id) AND status = 'pending'",
            sent: nil,
            completion)
    }

    /// It may have gone out: parked until somebody knows. Completes the job.
    package func markUnknown(_ id: EmailDelivery.ID, attempt: Int, reason: String, completion: JobCompletion? = nil)
        async throws
    {
        try await settle(
            """
            UPDATE email_deliveries
               SET status = 'unknown', reason = \(reason), updated_at = now()
             WHERE id = \(id) AND attempt = \(attempt) AND status = 'sending'
            """, sent: nil, completion)
    }

    /// Takes deliveries of unknown outcome that have waited long enough to ask the provider, so that nobody else asks
    /// for the next minute.
    package func claimUnknown(waiting age: Duration, limit: Int = 32) async throws -> [EmailDelivery] {
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
            RETURNING email_deliveries.id, order_id, kind, about, status, attempt, recipient
            """)
        return try rows.map(EmailDelivery.init)
    }

    /// Settles an unknown outcome: the provider accepted it, or did not, and then it is tried again with the same
    /// Message-ID by a new job. When nothing was heard of it, it is tried again once; the next time it is parked, and
    /// only a person or a late event moves it.
    @discardableResult
    package func resolveUnknown(_ id: EmailDelivery.ID, by trace: EmailTrace) async throws -> UnknownEmailEnd {
        switch trace {
        case .accepted:
            try await settle(Self.acceptance(of: id), sent: id, nil)
            return .sent
        case .notAccepted:
            return try await reopen(id) ? .pending : .settledBefore
        case .nothingHeard:
            if try await reopen(id, onlyOnce: true) { return .pending }
            let parked = try await database.execute(
                "UPDATE email_deliveries SET claimed_until = 'infinity' WHERE id = \(id) AND status = 'unknown'")
            return parked == 1 ? .parked : .settledBefore
        }
    }

    /// Marks a delivery of unknown outcome as sent.
    static func acceptance(of id: EmailDelivery.ID) -> SQL {
        """
        UPDATE email_deliveries
           SET status = 'sent', sent_at = now(), reason = NULL, fault = NULL, claimed_until = NULL, updated_at = now()
         WHERE id = \(id) AND status = 'unknown'
        """
    }

    private func reopen(_ id: EmailDelivery.ID, onlyOnce: Bool = false) async throws -> Bool {
        let job = try JobLedger.insertion(of: SendEmail(deliveryID: id))
        let isReopened = try await database.transaction { transaction in
            let affected = try transaction.execute(
                """
                UPDATE email_deliveries
                   SET status = 'pending', claimed_until = NULL, updated_at = now(),
                       resent_at = CASE WHEN \(onlyOnce) THEN now() ELSE resent_at END
                 WHERE id = \(id) AND status = 'unknown' AND NOT (\(onlyOnce) AND resent_at IS NOT NULL)
                """)
            guard affected == 1 else { return false }
            try transaction.execute(job.statement)
            return true
        }
        if isReopened { await dispatcher.push([job]) }
        return isReopened
    }

    /// Notes with the order that a mail was handed over, and which.
    static func sentEvent(of id: EmailDelivery.ID) -> SQL {
        """
        INSERT INTO order_events (order_id, kind, status, reason)
        SELECT o.id, 'mail_sent', o.status, d.kind FROM email_deliveries AS d JOIN orders AS o ON o.id = d.order_id WHERE d.id = \(id)
        """
    }

    /// Runs the update of a delivery, notes a mail that went out with its order, and completes the job: together or not
    /// at all.
    private func settle(_ update: SQL, sent id: EmailDelivery.ID?, _ completion: JobCompletion?) async throws {
        try await database.transaction { transaction in
            let affected = try transaction.execute(update)
            if let id, affected == 1 {
                try transaction.execute(Self.sentEvent(of: id))
            }
            if let completion { try completion.check(try transaction.pipeline([completion.statement])[0]) }
        }
    }
}
