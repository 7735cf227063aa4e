package import Domain
import FoundationEssentials
package import JobQueue
package import Postgres

/// Events of the payment provider: each is taken once, with the job that acts on it, however often it is sent.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
package struct WebhookStore: Sendable {
    /// The most events in one transaction.
    package static let maximumBatch = 64
    /// How long handled events are kept: longer than the provider goes on sending one.
    package static let lifetime: Duration = .seconds(30 * 86_400)

    let database: PostgresPool
    let dispatcher: JobDispatcher
    /// Whose events these are (``ShopSettings/paymentProvider``): ids of two providers may be the same.
    let provider: String

    /// A store in this database that pushes jobs after its commits.
    package init(database: PostgresPool, dispatcher: JobDispatcher, provider: String) {
        self.database = database
        self.dispatcher = dispatcher
        self.provider = provider
    }

    /// Takes events, at most ``maximumBatch`` of them. Once this has answered they are durable, and so are the jobs
    /// that handle them.
    ///
    /// - Returns: for each whether it is new; of the same event given twice both are, when it is.
    /// - Throws: `PostgresError`. When its outcome is unknown, taking them again finds out.
    package func accept(_ events: [PaymentNotification]) async throws -> [Bool] {
        // In one order, so that two transactions that take the same events wait for each other and do not lock up.
        let rows = Dictionary(events.map { ($0.id, $0) }) { first, _ in first }.values.sorted { $0.id < $1.id }
        let (new, jobs) = try await database.transaction { transaction -> (Set<String>, [PendingBatch]) in
            let inserted: [String] = try transaction.query(insertion(of: rows)).map { try $0["event_id"] }
            let new = Set(inserted)
            // Sent again while it waits: the job that it came with may be dead or discarded.
            let waiting =
                inserted.count < rows.count
                ? try waiting(rows.map(\.id).filter { !new.contains($0) }, in: transaction) : []
            guard !inserted.isEmpty || !waiting.isEmpty else { return ([], []) }
            // In the order in which they came.
            var batches: [PendingBatch] = []
            if !new.isEmpty {
                batches.append(
                    try JobLedger.insertions(
                        of: Self.once(events.map(\.id)).filter(new.contains).map(HandlePaymentEvent.init(eventID:))))
            }
            for batch in batches { _ = try transaction.execute(batch.statement) }
            if !waiting.isEmpty {
                let again = try JobLedger.insertions(
                    of: waiting.map(HandlePaymentEvent.init(eventID:)), unique: HandlePaymentEvent.again)
                batches.append(try transaction.run(again))
            }
            return (new, batches)
        }
        for batch in jobs { await dispatcher.push(batch) }
        return events.map { new.contains($0.id) }
    }

    private static func once(_ ids: [String]) -> [String] {
        var seen: Set<String> = []
        return ids.filter { seen.insert($0).inserted }
    }

    /// Those of these events that have waited for longer than their job takes.
    private func waiting(_ ids: [String], in transaction: PostgresTransaction) throws -> [String] {
        try transaction.query(
            """
            SELECT event_id FROM webhook_events
             WHERE provider = \(provider) AND event_id = ANY (\(ids)::text[]) AND handled_at IS NULL
                 AND ignored_at IS NULL
               AND received_at < now() - interval '1 minute'
             ORDER BY event_id
            """
        ).map { try $0["event_id"] }
    }

    private func insertion(of events: [PaymentNotification]) -> SQL {
        """
        INSERT INTO webhook_events (provider, event_id, type, livemode, object_id, api_version, occurred_at, payload)
        SELECT \(provider), t.id, t.type, t.livemode, t.object_id, t.api_version, t.occurred_at, t.payload::json
          FROM unnest(\(events.map(\.id))::text[], \(events.map(\.type))::text[], \(events.map(\.isLive))::boolean[],
                      \(events.map(\.objectID))::text[], \(events.map(\.apiVersion))::text[],
                      \(events.map(\.occurredAt))::timestamptz[],
                      \(events.map(\.payload))::text[])
               AS t (id, type, livemode, object_id, api_version, occurred_at, payload)
         ORDER BY t.id
        ON CONFLICT DO NOTHING
        RETURNING event_id
        """
    }
}
