public import Foundation
import Postgres

extension JobInspector {
    /// The dead letters of the ledger by fingerprint, largest groups first. Each of them is counted, from an index that
    /// holds what is needed: less than a second for a million. Dead jobs that are in Redis alone are in no group, nor
    /// are those that died before fingerprints were kept.
    ///
    /// - Parameters:
    ///   - queue: only of this queue.
    ///   - limit: how many groups, 1 to 200.
    /// - Throws: `PostgresError`, or `CancellationError` while it waits for a connection.
    public func deadGroups(queue: QueueName? = nil, limit: Int = 50) async throws -> [DeadGroup] {
        let condition: SQL = if let queue { "AND queue = \(queue)" } else { "" }
        let statement: SQL = """
            WITH counted AS MATERIALIZED (
                SELECT fingerprint, count(*) AS count, min(finished_at) AS first_at, max(finished_at) AS last_at
                  FROM jobs
                 WHERE state = 'dead' AND fingerprint IS NOT NULL \(condition)
                 GROUP BY fingerprint
                 ORDER BY count DESC, last_at DESC
                 LIMIT \(min(max(limit, 1), 200))
            )
            SELECT counted.*, name, reason, newest.errors -> -1 ->> 'code' AS code,
                   newest.errors -> -1 ->> 'message' AS message
              FROM counted
             CROSS JOIN LATERAL (SELECT name, reason, errors FROM jobs
                                  WHERE state IN ('dead', 'parked')
                                    AND (fingerprint, state, id)
                                        >= (counted.fingerprint, 'dead'::text, \(UUID.oldest)::uuid)
                                    AND (fingerprint, state, id)
                                        <= (counted.fingerprint, 'dead'::text, \(UUID.newest)::uuid)
                                  ORDER BY fingerprint DESC, state DESC, id DESC LIMIT 1) AS newest
             ORDER BY count DESC, last_at DESC
            """
        let groups = Query.rows(statement) { row in
            DeadGroup(
                fingerprint: try row["fingerprint"], name: try row["name"], reason: try row["reason"],
                code: try row["code"], message: try row["message"], count: try row["count"],
                firstAt: try row["first_at"], lastAt: try row["last_at"])
        }
        return try await database.pipeline(DeadLetterIndex.planning, groups).1
    }
}

/// Dead letters whose last errors have one cause, as far as a fingerprint tells.
public struct DeadGroup: Sendable, Hashable {
    /// What they have in common; see ``JobFilter/fingerprint``.
    public let fingerprint: String
    /// Their kind.
    public let name: String
    /// Why the newest of them is dead.
    public let reason: String
    /// The code of the newest one's last error; nil when it has none.
    public let code: String?
    /// The message of the newest one's last error.
    public let message: String?
    /// How many there are.
    public let count: Int
    /// When the first of them died.
    public let firstAt: Date
    /// When the last of them died.
    public let lastAt: Date
}

/// As JSON for operators: the HTTP API and `cartwright jobs groups --json` show the same document.
extension DeadGroup: Encodable {
    enum CodingKeys: String, CodingKey {
        case fingerprint, name, reason, code, message, count
        case firstAt = "first_at"
        case lastAt = "last_at"
    }

    /// Writes every member.
    ///
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(fingerprint, forKey: .fingerprint)
        try container.encode(name, forKey: .name)
        try container.encode(reason, forKey: .reason)
        try container.encode(code, forKey: .code)
        try container.encode(message, forKey: .message)
        try container.encode(count, forKey: .count)
        try container.encode(firstAt, forKey: .firstAt)
        try container.encode(lastAt, forKey: .lastAt)
    }
}
