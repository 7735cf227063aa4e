package import Domain
package import JobQueue
package import Postgres

/// What the provider's events changed for a mail.
package struct EmailUpdate: Hashable, Sendable {
    /// Whether there is such a mail. There is none when the database was restored to an earlier state.
    package let isKnown: Bool
    /// Whether its outcome was unknown, and is no longer.
    package let wasUnknown: Bool
    /// Why it bounced, when that is news.
    package let bounce: EmailEvent?

    /// Puts news together.
    package init(isKnown: Bool, wasUnknown: Bool, bounce: EmailEvent?) {
        self.isKnown = isKnown
        self.wasUnknown = wasUnknown
        self.bounce = bounce
    }
}

/// What the mail provider tells of mails: kept once each, and handled by a job.
package struct EmailEventStore: Sendable {
    private let database: PostgresPool
    private let dispatcher: JobDispatcher

    /// A store in this database that pushes jobs after its commits.
    package init(database: PostgresPool, dispatcher: JobDispatcher) {
        self.database = database
        self.dispatcher = dispatcher
    }

    /// Keeps events that are new, with a job for each mail they are about. When it returns they are durable, however
    /// often they are told again.
    /// Returns how many were new.
    @discardableResult
    package func accept(_ events: [EmailEvent]) async throws -> Int {
        if events.isEmpty { return 0 }
        let (count, jobs) = try await database.transaction { transaction -> (Int, [PendingJob]) in
            let new = try transaction.query(
                """
                INSERT INTO mail_events (delivery_id, message_id, event, reason, at)
                SELECT * FROM unnest(\(events.map(\.deliveryID))::uuid[], \(events.map(\.messageID))::text[],
                    \(events.map(\.name))::text[],
                                     \(events.map(\.reason))::text[], \(events.map(\.at))::timestamptz[])
                ON CONFLICT ON CONSTRAINT mail_events_once DO NOTHING
                RETURNING delivery_id
                """)
            let deliveries = Set(try new.map { try $0["delivery_id"] as EmailDelivery.ID }).sorted()
            let jobs = try deliveries.map { try JobLedger.insertion(of: HandleEmailEvents(deliveryID: $0)) }
            if !jobs.isEmpty { try transaction.execute(jobs.map(\.statement)) }
            return (new.count, jobs)
        }
        await dispatcher.push(jobs)
        return count
    }

    /// Carries out what was told of a mail and not handled yet. A mail of unknown outcome turns out to be sent; one
    /// that bounced says so, once.
    ///
    /// - Parameter completion: completes the job in the same transaction.
    /// - Throws: `JobFenced` when the attempt is stale: nothing was done.
    package func handle(_ id: EmailDelivery.ID, completion: JobCompletion? = nil) async throws -> EmailUpdate {
        try await database.transaction { transaction in
            let read = try transaction.pipeline([
                """
                SELECT status, bounced_at IS NOT NULL AS is_bounced FROM email_deliveries
                 WHERE id = \(id) FOR NO KEY UPDATE
                """,
                """
                SELECT id, delivery_id, message_id, event, reason, at FROM mail_events
                 WHERE delivery_id = \(id) AND handled_at IS NULL ORDER BY at, id FOR NO KEY UPDATE
                """,
            ])
            let events = try read[1].rows.map(EmailEvent.init)
            var statements: [SQL] = []
            var news = EmailUpdate(isKnown: false, wasUnknown: false, bounce: nil)
            if let delivery = read[0].rows.first {
                let status: EmailDeliveryStatus = try delivery["status"]
                news = EmailUpdate(
                    isKnown: true, wasUnknown: status == .unknown && !events.isEmpty,
                    bounce: try delivery["is_bounced"] ? nil : events.first(where: \.isBounce))
                if news.wasUnknown { statements += [EmailChange.acceptance(of: id), EmailChange.sentEvent(of: id)] }
                if let bounce = news.bounce { statements += Self.bounced(bounce) }
            }
            let ids: [Int64] = try read[1].rows.map { try $0["id"] }
            statements.append("UPDATE mail_events SET handled_at = now() WHERE id = ANY (\(ids)::bigint[])")
            let results = try transaction.pipeline(statements + (completion.map { [$0.statement] } ?? []))
            if let completion, let result = results.last { try completion.check(result) }
            return news
        }
    }

    /// What was told of a mail, in the order in which it happened.
    package func events(of id: EmailDelivery.ID) async throws -> [EmailEvent] {
        try await database.query(
            """
            SELECT delivery_id, message_id, event, reason, at FROM mail_events
             WHERE delivery_id = \(id) ORDER BY at, id
            """
        ).map(EmailEvent.init)
    }

    /// Forgets events older than this, 30 days unless said otherwise, a batch per statement. Returns how many.
    @discardableResult
    package func purge(olderThan age: Duration = .seconds(30 * 86_400), batch: Int = 5000) async throws -> Int {
        try await database.purge(
            inBatchesOf: batch,
            """
            DELETE FROM mail_events
             WHERE ctid = ANY (ARRAY(SELECT ctid FROM mail_events
                                      WHERE received_at < now() - make_interval(secs => \(age.inSeconds))
                                      ORDER BY received_at LIMIT \(batch)))
            """)
    }

    /// The provider's words may name the mailbox, so they stay with the delivery, from where they can be erased.
    private static func bounced(_ event: EmailEvent) -> [SQL] {
        [
            """
            UPDATE email_deliveries
                SET bounced_at = \(event.at), bounce_reason = \(event.reason ?? event.name), updated_at = now()
             WHERE id = \(event.deliveryID)
            """,
            OrderHistory.noting(
                from: """
                    SELECT order_id, 'mail_bounced', \(event.name)::text FROM email_deliveries
                        WHERE id = \(event.deliveryID)
                    """),
        ]
    }
}

extension EmailEvent {
    /// Reads the columns `delivery_id, message_id, event, reason, at`.
    init(_ row: PostgresRow) throws {
        self.init(
            deliveryID: try row["delivery_id"], messageID: try row["message_id"], name: try row["event"],
            reason: try row["reason"],
            at: try row["at"])
    }
}

/// The provider's record as far as it has told us of it: whatever it tells of a mail, it had accepted the mail before.
package struct RecordedEmailActivity: EmailActivity {
    private let database: PostgresPool

    /// Reads what ``EmailEventStore`` has taken.
    package init(database: PostgresPool) {
        self.database = database
    }

    /// Whether anything was heard of the delivery.
    package func trace(of delivery: EmailDelivery, messageID: String) async throws(EmailFailure) -> EmailTrace {
        do {
            let rows = try await database.query("SELECT 1 FROM mail_events WHERE delivery_id = \(delivery.id) LIMIT 1")
            return rows.isEmpty ? .nothingHeard : .accepted
        } catch {
            throw .outcomeUnknown(reason: "What the provider has told could not be read: \(error)")
        }
    }
}
