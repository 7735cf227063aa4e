package import Domain
package import JobQueue
package import Postgres

/// What the provider's events changed for an email.
package struct EmailUpdate: Hashable, Sendable {
    /// Whether there is such an email. There is none when the database was restored to an earlier state.
    package let isKnown: Bool
    /// Whether its outcome was unknown, and is no longer.
    package let wasUnknown: Bool
    /// Why it bounced, when this event says so first.
    package let bounce: EmailEvent?

    package init(isKnown: Bool, wasUnknown: Bool, bounce: EmailEvent?) {
        self.isKnown = isKnown
        self.wasUnknown = wasUnknown
        self.bounce = bounce
    }
}

/// What the email provider reports about emails: kept once each, and handled by a job.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
package struct EmailEventStore: Sendable {
    private let database: PostgresPool
    private let dispatcher: JobDispatcher

    /// A store in this database that pushes jobs after its commits.
    package init(database: PostgresPool, dispatcher: JobDispatcher) {
        self.database = database
        self.dispatcher = dispatcher
    }

    /// Keeps events that are new, with a job for each email they are about. When it returns they are durable, however
    /// often they are told again.
    /// Returns how many were new.
    @discardableResult
    package func accept(_ events: [EmailEvent]) async throws -> Int {
        if events.isEmpty { return 0 }
        let (count, jobs) = try await database.transaction { transaction -> (Int, [PendingJob]) in
            let new = try transaction.query(
                """
                INSERT INTO email_events (delivery_id, message_id, event, reason, at)
                SELECT * FROM unnest(\(events.map(\.deliveryID))::uuid[], \(events.map(\.messageID))::text[],
                    \(events.map(\.name))::text[],
                                     \(events.map(\.reason))::text[], \(events.map(\.at))::timestamptz[])
                ON CONFLICT ON CONSTRAINT email_events_once DO NOTHING
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

    /// Applies the events about an email that were not handled yet. An email of unknown outcome turns out to be sent;
    /// one that bounced says so, once.
    ///
    /// - Parameter completion: completes the job in the same transaction.
    /// - Throws: `JobFenced` when the attempt is stale: nothing was done.
    package func handle(_ id: EmailDelivery.ID, completion: JobCompletion? = nil) async throws -> EmailUpdate {
        try await database.transaction { transaction in
            let (delivery, open) = try transaction.pipeline(
                Query.firstRow(
                    """
                    SELECT status, bounced_at IS NOT NULL AS is_bounced FROM email_deliveries
                     WHERE id = \(id) FOR NO KEY UPDATE
                    """
                ) { (status: try $0["status"] as EmailDeliveryStatus, isBounced: try $0["is_bounced"] as Bool) },
                Query.rows(
                    """
                    SELECT id, delivery_id, message_id, event, reason, at FROM email_events
                     WHERE delivery_id = \(id) AND handled_at IS NULL ORDER BY at, id FOR NO KEY UPDATE
                    """
                ) { (id: try $0["id"] as Int64, event: try EmailEvent($0)) })
            let events = open.map(\.event)
            var writes = CheckedWrites()
            var update = EmailUpdate(isKnown: false, wasUnknown: false, bounce: nil)
            if let delivery {
                update = EmailUpdate(
                    isKnown: true, wasUnknown: delivery.status == .unknown && !events.isEmpty,
                    bounce: delivery.isBounced ? nil : events.first(where: \.isBounce))
                if update.wasUnknown { writes.add([EmailChange.acceptance(of: id), EmailChange.sentEvent(of: id)]) }
                if let bounce = update.bounce { writes.add(Self.bounced(bounce)) }
            }
            writes.add("UPDATE email_events SET handled_at = now() WHERE id = ANY (\(open.map(\.id))::bigint[])")
            writes.add(completion)
            try writes.run(in: transaction)
            return update
        }
    }

    /// The events about an email, in the order in which they happened.
    package func events(of id: EmailDelivery.ID) async throws -> [EmailEvent] {
        try await database.query(
            """
            SELECT delivery_id, message_id, event, reason, at FROM email_events
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
            DELETE FROM email_events
             WHERE ctid = ANY (ARRAY(SELECT ctid FROM email_events
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
                    SELECT order_id, 'email_bounced', \(event.name)::text FROM email_deliveries
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

/// The provider's record as far as its events show it: any event about an email proves that the provider had accepted
/// the email before.
package struct RecordedEmailActivity: EmailActivity {
    private let database: PostgresPool

    /// Reads what ``EmailEventStore`` has taken.
    package init(database: PostgresPool) {
        self.database = database
    }

    /// Whether anything was heard of the delivery.
    package func trace(of delivery: EmailDelivery, messageID: String) async throws(EmailFailure) -> EmailTrace {
        do {
            let rows = try await database.query("SELECT 1 FROM email_events WHERE delivery_id = \(delivery.id) LIMIT 1")
            return rows.isEmpty ? .nothingHeard : .accepted
        } catch {
            throw .outcomeUnknown(reason: "What the provider has told could not be read: \(error)")
        }
    }
}
