package import Domain
import JobQueue
import Postgres

extension EmailStore {
    /// Emails that wait for a person: nobody knows whether they were taken, and nothing has told for an hour or ever
    /// will. Oldest first.
    package func parked(limit: Int = 100) async throws -> [OrderEmail] {
        try await database.query(
            """
            SELECT \(raw: OrderEmail.columns) FROM email_deliveries
             WHERE \(Self.waitsForPerson)
             ORDER BY updated_at, id LIMIT \(limit)
            """
        ).map(OrderEmail.init)
    }

    static let waitsForPerson: SQL = """
        (status = 'unknown' AND (claimed_until = 'infinity' OR updated_at < now() - interval '1 hour'))
        """

    /// Settles a mail of unknown outcome by a person's word: it was taken, or it was not and is sent again under the
    /// same Message-ID.
    /// Answers whether it was of unknown outcome; else nothing is done.
    package func settleByHand(_ id: EmailDelivery.ID, wasTaken: Bool, audit: AuditEntry) async throws -> Bool {
        let job = try JobLedger.insertion(of: SendEmail(deliveryID: id))
        let reopening: SQL = """
            UPDATE email_deliveries SET status = 'pending', claimed_until = NULL, updated_at = now() WHERE id = \(id) AND status = 'unknown'
            """
        let entry = try AuditLog.insertion(of: audit)
        let isSettled = try await database.transaction { transaction in
            guard try transaction.execute(wasTaken ? Self.acceptance(of: id) : reopening) == 1 else { return false }
            try transaction.execute([wasTaken ? Self.sentEvent(of: id) : job.statement, entry])
            return true
        }
        if isSettled, !wasTaken { await dispatcher.push([job]) }
        return isSettled
    }
}
