import Domain
package import FoundationEssentials
import JobQueue
import Postgres

/// An event of the payment provider as operators see it.
package struct WebhookEvent: Hashable, Sendable {
    /// What has become of it. The raw values are shown; they never change.
    package enum State: String, Hashable, Codable, Sendable, CaseIterable {
        /// No job has handled it yet.
        case waiting
        /// It has been acted on.
        case handled
        /// An operator has said that it needs no action.
        case ignored
    }

    /// The provider's id of it.
    package let id: String
    /// The provider's name of its kind.
    package let type: String
    /// The provider's id of what it is about.
    package let objectID: String?
    /// The version of the provider's API that it is written in, where it said so.
    package let apiVersion: String?
    /// What has become of it.
    package let state: State
    /// What it changed, once handled.
    package let outcome: String?
    /// Whether it can be acted on again: its text is kept while it waits, when it is ignored, and when it could not be
    /// joined to anything.
    package let canReplay: Bool
    /// When it happened at the provider.
    package let occurredAt: Date
    /// When it was taken.
    package let receivedAt: Date
    /// When it was acted on.
    package let handledAt: Date?
    /// When an operator said that it needs no action.
    package let ignoredAt: Date?
    package let ignoredBy: String?
    /// Why, in their words.
    package let note: String?

    static let columns = """
        event_id, type, object_id, api_version, outcome, payload IS NOT NULL AS can_replay, occurred_at, received_at,
        handled_at, ignored_at,
        ignored_by, note
        """

    init(_ row: PostgresRow) throws {
        id = try row["event_id"]
        type = try row["type"]
        objectID = try row["object_id"]
        apiVersion = try row["api_version"]
        outcome = try row["outcome"]
        canReplay = try row["can_replay"]
        occurredAt = try row["occurred_at"]
        receivedAt = try row["received_at"]
        handledAt = try row["handled_at"]
        ignoredAt = try row["ignored_at"]
        ignoredBy = try row["ignored_by"]
        note = try row["note"]
        state = ignoredAt != nil ? .ignored : handledAt != nil ? .handled : .waiting
    }
}

/// What became of a request to handle an event again, or to ignore it. The event as it is afterwards.
package enum WebhookEventChange: Hashable, Sendable {
    /// It is so.
    case done(WebhookEvent)
    /// It was acted on, and its text is no longer kept: there is nothing left to do.
    case handled(WebhookEvent)
    /// There is no such event.
    case unknown
}

extension WebhookStore {
    /// Which events are shown, or replayed at once.
    package enum Selection: String, Hashable, Sendable, CaseIterable {
        case waiting
        case handled
        case ignored
        /// Handled, but not joined to anything (``PaymentEventOutcome/isUnmatched``).
        case unmatched

        fileprivate var condition: String {
            switch self {
            case .waiting: "handled_at IS NULL AND ignored_at IS NULL"
            case .handled: "handled_at IS NOT NULL AND ignored_at IS NULL"
            case .ignored: "ignored_at IS NOT NULL"
            case .unmatched: "outcome IN (\(PaymentEventOutcome.unmatched)) AND ignored_at IS NULL"
            }
        }
    }

    /// Events, the latest first. Throws `StorageError.invalidCursor`.
    package func events(_ selection: Selection? = nil, page: PageRequest = PageRequest()) async throws -> Page<
        WebhookEvent
    > {
        let list = ListCursor.List("webhook-events", [selection?.rawValue])
        var before: (microseconds: Int64, id: String)?
        if let values = try page.values(of: list) {
            guard values.count == 2, case .number(let time) = values[0], (0..<253_402_300_800_000_000).contains(time),
                case .text(let id) = values[1]
            else { throw StorageError.invalidCursor }
            before = (time, id)
        }
        let rows = try await database.query(
            """
            SELECT \(raw: WebhookEvent.columns) FROM webhook_events
             WHERE provider = \(provider) AND \(raw: selection?.condition ?? "true")
               AND (\(before?.id)::text IS NULL
                    OR (received_at, event_id)
                       < (timestamptz 'epoch' + \(before?.microseconds)::bigint * interval '1 microsecond',
                           \(before?.id)::text))
             ORDER BY received_at DESC, event_id DESC LIMIT \(page.limit + 1)
            """)
        return Page(try rows.map(WebhookEvent.init), limit: page.limit, of: list) { event in
            [.number(Int64((event.receivedAt.timeIntervalSince1970 * 1_000_000).rounded())), .text(event.id)]
        }
    }

    /// One event, `nil` when there is none.
    package func event(_ id: String) async throws -> WebhookEvent? {
        try await database.query(selection(id)).first.map(WebhookEvent.init)
    }

    /// Has an event acted on again: one that waits and whose job is dead or gone, one that was ignored, one that could
    /// not be joined to anything.
    ///
    /// - Parameter entry: goes to the audit log with it.
    package func replay(_ id: String, noting entry: AuditEntry) async throws -> WebhookEventChange {
        let audit = try AuditLog.insertion(of: entry)
        let (change, jobs) = try await database.transaction { transaction -> (WebhookEventChange, [PendingJob]) in
            guard let row = try transaction.query("\(selection(id)) FOR NO KEY UPDATE").first else {
                return (.unknown, [])
            }
            let event = try WebhookEvent(row)
            guard event.canReplay else { return (.handled(event), []) }
            let jobs = try revive([id], in: transaction)
            let current = Query.firstRow(selection(id), WebhookEvent.init)
            guard let event = try transaction.pipeline(audit, current).1 else { return (.unknown, []) }
            return (.done(event), jobs)
        }
        await dispatcher.push(jobs)
        return change
    }

    /// Has all events of a selection acted on again. Returns how many.
    package func replayAll(_ selection: Selection, noting entry: AuditEntry) async throws -> Int {
        var count = 0
        var last = ""
        while true {
            let (ids, jobs) = try await database.transaction { [last] transaction -> ([String], [PendingJob]) in
                let ids: [String] = try transaction.query(
                    """
                    SELECT event_id FROM webhook_events
                     WHERE provider = \(provider) AND payload IS NOT NULL AND \(raw: selection.condition)
                         AND event_id > \(last)
                     ORDER BY event_id LIMIT \(Self.maximumBatch) FOR NO KEY UPDATE
                    """
                ).map { try $0["event_id"] }
                return (ids, ids.isEmpty ? [] : try revive(ids, in: transaction))
            }
            await dispatcher.push(jobs)
            count += ids.count
            guard let end = ids.last else { break }
            last = end
        }
        var entry = entry
        entry.details["count"] = String(count)
        try await database.execute([try AuditLog.insertion(of: entry)])
        return count
    }

    /// An operator says that an event needs no action. Jobs of it that wait, or are dead, are discarded with it.
    ///
    /// - Parameter entry: goes to the audit log with it.
    package func ignore(_ id: String, note: String, by actor: AuditActor, noting entry: AuditEntry) async throws
        -> WebhookEventChange
    {
        let audit = try AuditLog.insertion(of: entry)
        return try await database.transaction { transaction in
            guard let row = try transaction.query("\(selection(id)) FOR NO KEY UPDATE").first else {
                return .unknown
            }
            let event = try WebhookEvent(row)
            let isOpen =
                event.state == .waiting || event.outcome.flatMap(PaymentEventOutcome.init)?.isUnmatched == true
            guard isOpen || event.state == .ignored else { return .handled(event) }
            if event.state == .ignored { return .done(event) }
            let ignoring: [SQL] = [
                """
                UPDATE webhook_events SET ignored_at = now(), ignored_by = \(actor.text), note = \(note)
                 WHERE provider = \(provider) AND event_id = \(id)
                """,
                """
                UPDATE jobs SET state = 'discarded', reason = NULL, finished_at = now()
                 WHERE name = ANY (\(HandlePaymentEvent.names)::text[]) AND state IN ('dead', 'parked', 'ready')
                     AND payload ->> 'eventID' = \(id)
                """,
                audit,
            ]
            let current = Query.firstRow(selection(id), WebhookEvent.init)
            guard let ignored = try transaction.pipeline(ignoring, current).1 else { return .unknown }
            return .done(ignored)
        }
    }

    /// Events whose jobs were all discarded are ignored: the operator who discarded them was told so. Returns how many.
    @discardableResult
    package func ignoreAbandoned(note: String, by actor: AuditActor) async throws -> Int {
        try await database.execute(
            """
            UPDATE webhook_events AS e SET ignored_at = now(), ignored_by = \(actor.text), note = \(note)
             WHERE e.provider = \(provider) AND e.handled_at IS NULL AND e.ignored_at IS NULL
               AND EXISTS (SELECT FROM jobs AS j
                   WHERE j.name = ANY (\(HandlePaymentEvent.names)::text[]) AND j.state = 'discarded'
                              AND j.payload ->> 'eventID' = e.event_id)
               AND NOT EXISTS (SELECT FROM jobs AS j
                   WHERE j.name = ANY (\(HandlePaymentEvent.names)::text[]) AND j.state <> 'discarded'
                                  AND j.payload ->> 'eventID' = e.event_id)
            """)
    }

    /// Versions of the provider's API that events of the last day were written in, and are not the one that the shop
    /// asks for.
    package func otherVersions(than version: String) async throws -> [String] {
        try await database.query(
            """
            SELECT DISTINCT api_version FROM webhook_events
             WHERE received_at > now() - interval '1 day' AND api_version <> \(version) ORDER BY 1 LIMIT 5
            """
        ).map { try $0["api_version"] }
    }

    private func selection(_ id: String) -> SQL {
        "SELECT \(raw: WebhookEvent.columns) FROM webhook_events WHERE provider = \(provider) AND event_id = \(id)"
    }

    /// Lets events wait again and gives each a job, unless one of it waits or runs. Dead ones are discarded: the new
    /// job takes their place.
    private func revive(_ ids: [String], in transaction: PostgresTransaction) throws -> [PendingJob] {
        try transaction.execute([
            """
            UPDATE webhook_events
               SET handled_at = NULL, outcome = NULL, ignored_at = NULL, ignored_by = NULL, note = NULL
             WHERE provider = \(provider) AND event_id = ANY (\(ids)::text[])
            """,
            """
            UPDATE jobs SET state = 'discarded', reason = NULL, finished_at = now()
             WHERE name = ANY (\(HandlePaymentEvent.names)::text[]) AND state IN ('dead', 'parked')
                 AND payload ->> 'eventID' = ANY (\(ids)::text[])
            """,
        ])
        let busy: Set<String> = Set(
            try transaction.query(
                """
                SELECT payload ->> 'eventID' AS id FROM jobs
                 WHERE queue = \(HandlePaymentEvent.queue) AND name = ANY (\(HandlePaymentEvent.names)::text[])
                     AND state IN ('ready', 'running')
                   AND payload ->> 'eventID' = ANY (\(ids)::text[])
                """
            ).map { try $0["id"] })
        var jobs: [PendingJob] = []
        for id in ids where !busy.contains(id) {
            let event = HandlePaymentEvent(eventID: id)
            let job = try JobLedger.insertion(of: event, unique: try HandlePaymentEvent.again(event))
            if try transaction.execute(job.statement) == 1 { jobs.append(job) }
        }
        return jobs
    }
}
