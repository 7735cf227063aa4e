package import Domain
package import FoundationEssentials
package import JobQueue
import Postgres

/// An event as its job finds it.
package struct StoredEvent: Hashable, Sendable {
    /// The provider's id of it.
    package let id: String
    /// The provider's name of its kind.
    package let type: String
    /// When it happened at the provider.
    package let occurredAt: Date
    /// The JSON text that was signed, `nil` once no job waits for it any more: it is handled, or ignored by an
    /// operator.
    package let payload: String?
}

/// An event that has been acted on.
package struct HandledEvent: Sendable {
    /// The provider's id of it.
    package let id: String
    /// What it changed.
    package let outcome: PaymentEventOutcome
    /// Completes the job that acted on it, in the same transaction.
    package let completion: JobCompletion?

    package init(id: String, outcome: PaymentEventOutcome, completion: JobCompletion? = nil) {
        self.id = id
        self.outcome = outcome
        self.completion = completion
    }
}

/// An event that is true and could not be joined to what is stored.
package struct UnmatchedEventRecord: Hashable, Sendable {
    /// The provider's id of the event.
    package let eventID: String
    /// The provider's name of its kind.
    package let type: String
    /// The provider's id of what it is about.
    package let objectID: String?
    /// Why nothing fits.
    package let outcome: PaymentEventOutcome
    /// Since when.
    package let since: Date
}

extension WebhookStore {
    /// What the jobs of events start from: one for each, `nil` when there is no such event.
    package func load(_ ids: [String]) async throws -> [StoredEvent?] {
        let rows = try await database.query(
            """
            SELECT event_id, type, occurred_at,
                   CASE WHEN handled_at IS NULL AND ignored_at IS NULL THEN payload::text END AS payload
              FROM webhook_events
             WHERE provider = \(provider) AND event_id = ANY (\(ids)::text[])
            """)
        let events = Dictionary(
            try rows.map { row in
                let id: String = try row["event_id"]
                return (
                    id,
                    StoredEvent(
                        id: id, type: try row["type"], occurredAt: try row["occurred_at"],
                        payload: try row["payload"])
                )
            }
        ) { first, _ in first }
        return ids.map { events[$0] }
    }

    /// Notes what became of events, and completes the jobs that acted on them. An event that was handled before stays
    /// as it is.
    ///
    /// One result for each; `JobFenced` when the attempt that acted on it is stale.
    package func markHandled(_ events: [HandledEvent]) async -> [Result<Void, any Error>] {
        await BatchIsolation.run(events, size: Self.maximumBatch) { batch in
            let completions = batch.compactMap(\.completion)
            _ = try await database.transaction { try $0.pipeline(marking(batch), completions) }
            return batch.map { _ in }
        }
    }

    /// Events that are true, could not be joined to what is stored, and that no reconciliation has taken up, the latest
    /// first.
    package func unmatched(limit: Int = 100) async throws -> [UnmatchedEventRecord] {
        try await database.query(
            """
            SELECT event_id, type, object_id, outcome, handled_at FROM webhook_events
             WHERE outcome IN (\(raw: PaymentEventOutcome.unmatched)) AND ignored_at IS NULL
               AND NOT EXISTS (SELECT FROM reconciliation_breaks WHERE provider_id = object_id)
             ORDER BY handled_at DESC LIMIT \(limit)
            """
        ).map {
            UnmatchedEventRecord(
                eventID: try $0["event_id"], type: try $0["type"], objectID: try $0["object_id"],
                outcome: try $0["outcome"],
                since: try $0["handled_at"])
        }
    }

    /// Forgets events that were handled or ignored long ago. Returns how many. Those that wait to be handled stay,
    /// however old.
    package func purgeHandled(after lifetime: Duration = WebhookStore.lifetime, batch: Int = 1000) async throws -> Int {
        try await database.purge(
            inBatchesOf: batch,
            """
            DELETE FROM webhook_events
             WHERE ctid = ANY (ARRAY(SELECT ctid FROM webhook_events
                                      WHERE handled_at < now() - make_interval(secs => \(lifetime.inSeconds))
                                         OR ignored_at < now() - make_interval(secs => \(lifetime.inSeconds))
                                      LIMIT \(batch)))
            """)
    }

    /// What could not be joined keeps its text, so that it can be replayed once there is what it is about.
    private func marking(_ events: [HandledEvent]) -> SQL {
        """
        UPDATE webhook_events
           SET handled_at = now(), outcome = t.outcome,
               payload = CASE WHEN t.outcome IN (\(raw: PaymentEventOutcome.unmatched)) THEN payload END
          FROM unnest(\(events.map(\.id))::text[], \(events.map(\.outcome))::text[]) AS t (event_id, outcome)
         WHERE webhook_events.provider = \(provider) AND webhook_events.event_id = t.event_id
             AND webhook_events.handled_at IS NULL
        """
    }
}

extension PaymentEventOutcome {
    /// Those of ``isUnmatched`` as a list of literals, which the index of such events is made from.
    static let unmatched = allCases.filter(\.isUnmatched).map { "'\($0.rawValue)'" }.joined(separator: ", ")
}
