import Domain
import Postgres

/// Too many payments were declined, so none is taken for a while: an attacker may be trying cards.
package struct TooManyDeclines: Hashable, Sendable, Error {
    /// What they have in common.
    package enum Source: String, Hashable, Sendable, CaseIterable {
        /// The account.
        case user
        /// The address, of version 6 the network.
        case client
        /// The card, as the provider knows it.
        case card
    }

    /// What they have in common.
    package let source: Source
    /// Seconds until the next payment is taken.
    package let seconds: Int
}

/// Counts payments that were declined, or refused for good, in the last hour, in the database: a shop that has lost its
/// Redis is no place to try cards either.
///
/// A card is known by its fingerprint, which only the provider's answer has. So a payment method counts as the card
/// that it was found to be when it was declined before.
enum DeclineLimit {
    /// Reads how long a payment has to wait; no row when it need not.
    static func statement(user: User.ID?, client: String?, method: String, limit: Int) -> SQL {
        let last = max(limit, 1) - 1
        return """
            SELECT source, ceil(greatest(1, extract(epoch FROM at + interval '1 hour' - now())))::integer AS seconds
              FROM ((SELECT 'user' AS source, at FROM payment_declines
                      WHERE user_id = \(user)::uuid AND at > now() - interval '1 hour'
                          ORDER BY at DESC OFFSET \(last) LIMIT 1)
                     UNION ALL
                    (SELECT 'client', at FROM payment_declines
                      WHERE client = \(client)::text AND at > now() - interval '1 hour'
                          ORDER BY at DESC OFFSET \(last) LIMIT 1)
                     UNION ALL
                    (SELECT 'card', at FROM payment_declines
                      WHERE fingerprint = (SELECT fingerprint FROM payment_declines
                                            WHERE method = \(method)::text AND fingerprint IS NOT NULL
                                                ORDER BY at DESC LIMIT 1)
                        AND at > now() - interval '1 hour' ORDER BY at DESC OFFSET \(last) LIMIT 1)) AS reached
             WHERE \(limit > 0)
             ORDER BY at DESC LIMIT 1
            """
    }

    /// What the statement found.
    static func reached(_ result: PostgresResult) throws -> TooManyDeclines? {
        guard let row = result.rows.first, let source = TooManyDeclines.Source(rawValue: try row["source"]) else {
            return nil
        }
        return TooManyDeclines(source: source, seconds: try row["seconds"])
    }

    /// Takes note of declined payments, each attempt once.
    static func insertion(_ declines: [(order: Order.ID, attempt: Int, fingerprint: String?)]) -> SQL {
        """
        INSERT INTO payment_declines (order_id, attempt, user_id, client, method, fingerprint)
        SELECT o.id, d.attempt, o.user_id, p.client, p.method, d.fingerprint
          FROM unnest(\(declines.map(\.order))::uuid[], \(declines.map(\.attempt))::integer[],
              \(declines.map(\.fingerprint))::text[])
               AS d (order_id, attempt, fingerprint)
          JOIN orders AS o ON o.id = d.order_id
          JOIN LATERAL (SELECT client, method FROM payments WHERE order_id = o.id ORDER BY seq DESC LIMIT 1) AS p
              ON true
        ON CONFLICT DO NOTHING
        """
    }
}

extension OrderStore {
    /// Users, cards and clients whose payments are refused at the moment, with the declines of the last hour, the most
    /// first.
    package func cardTesting() async throws -> [(source: TooManyDeclines.Source, declines: Int)] {
        guard settings.declinesPerHour > 0 else { return [] }
        let rows = try await database.query(
            """
            SELECT source, count FROM (
                SELECT 'user' AS source, count(*)::integer AS count FROM payment_declines
                 WHERE at > now() - interval '1 hour' AND user_id IS NOT NULL GROUP BY user_id
                 UNION ALL
                SELECT 'client', count(*)::integer FROM payment_declines
                 WHERE at > now() - interval '1 hour' AND client IS NOT NULL GROUP BY client
                 UNION ALL
                SELECT 'card', count(*)::integer FROM payment_declines
                 WHERE at > now() - interval '1 hour' AND fingerprint IS NOT NULL GROUP BY fingerprint) AS counted
             WHERE count >= \(settings.declinesPerHour)
             ORDER BY count DESC, source
            """)
        return try rows.compactMap { row in
            guard let source = TooManyDeclines.Source(rawValue: try row["source"]) else { return nil }
            return (source, try row["count"])
        }
    }

    /// Forgets declines older than this, a batch per statement. Returns how many.
    @discardableResult
    package func purgeDeclines(olderThan age: Duration = .seconds(7 * 86_400), batch: Int = 5000) async throws -> Int {
        try await database.purge(
            inBatchesOf: batch,
            """
            DELETE FROM payment_declines
             WHERE ctid = ANY (ARRAY(SELECT ctid FROM payment_declines
                                      WHERE at < now() - make_interval(secs => \(age.inSeconds))
                                          ORDER BY at LIMIT \(batch)))
            """)
    }
}
