package import Domain
package import JobQueue
import Postgres

/// What became of an email whose outcome was unknown.
package enum UnknownEmailEnd: Hashable, Sendable {
    /// It had been accepted.
    case sent
    /// It is sent again.
    case pending
    /// It is not known: the email waits for an operator.
    case parked
    /// It was resolved otherwise meanwhile.
    case settledBefore
}

extension EmailStore {
    /// The provider has it. Completes the job in the same transaction.
    package func markSent(_ id: EmailDelivery.ID, attempt: Int, receipt: EmailReceipt, completion: JobCompletion? = nil)
        async throws
    {
        try await settle(
            EmailChange.statement(
                to: .sent, from: [.sending, .unknown], setting: "reference = \(receipt.reference)",
                where: "id = \(id) AND attempt = \(attempt)"), sent: id, completion)
    }

    /// It surely did not go out, for `fault`. `isFinal` ends the delivery as failed and completes the job; otherwise it
    /// is pending again and the job goes on.
    package func markNotSent(
        _ id: EmailDelivery.ID, attempt: Int, reason: String, fault: EmailFault, isFinal: Bool,
        completion: JobCompletion? = nil
    ) async throws {
        try await settle(
            EmailChange.statement(
                to: isFinal ? .failed : .pending, from: [.sending], setting: "reason = \(reason), fault = \(fault)",
                where: "id = \(id) AND attempt = \(attempt)"), sent: nil, isFinal ? completion : nil)
    }

    /// What it says is no longer true. Completes the job.
    package func markObsolete(_ id: EmailDelivery.ID, completion: JobCompletion? = nil) async throws {
        try await settle(EmailChange.withdrawal(where: "id = \(id)"), sent: nil, completion)
    }

    /// It may have gone out: parked until that is known. Completes the job.
    package func markUnknown(_ id: EmailDelivery.ID, attempt: Int, reason: String, completion: JobCompletion? = nil)
        async throws
    {
        try await settle(
            EmailChange.statement(
                to: .unknown, setting: "reason = \(reason)", where: "id = \(id) AND attempt = \(attempt)"),
            sent: nil, completion)
    }

    /// Takes deliveries of unknown outcome that have waited long enough to ask the provider, so that no other worker
    /// asks for the next minute.
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
            try await settle(EmailChange.acceptance(of: id), sent: id, nil)
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

    private func reopen(_ id: EmailDelivery.ID, onlyOnce: Bool = false) async throws -> Bool {
        let job = try JobLedger.insertion(of: SendEmail(deliveryID: id))
        let isReopened = try await database.transaction { transaction in
            let affected = try transaction.execute(
                EmailChange.statement(
                    to: .pending, from: [.unknown],
                    setting: "resent_at = CASE WHEN \(onlyOnce) THEN now() ELSE resent_at END",
                    where: "id = \(id) AND NOT (\(onlyOnce) AND resent_at IS NOT NULL)"))
            guard affected == 1 else { return false }
            try transaction.execute(job.statement)
            return true
        }
        if isReopened { await dispatcher.push([job]) }
        return isReopened
    }

    /// Runs the update of a delivery, notes an email that went out with its order, and completes the job: together or
    /// not at all.
    private func settle(_ update: SQL, sent id: EmailDelivery.ID?, _ completion: JobCompletion?) async throws {
        try await database.transaction { transaction in
            let affected = try transaction.execute(update)
            if let id, affected == 1 {
                try transaction.execute(EmailChange.sentEvent(of: id))
            }
            if let completion { try transaction.run(completion) }
        }
    }
}
