public import Postgres

/// Keeps a second job from being enqueued while a first one with the same key waits or runs. Keys belong to a queue:
/// the same text in two queues is two keys.
///
///     try JobLedger.insertion(of: RebuildIndex(shop: shop), unique: UniqueKey("rebuild:\(shop)", until: .started))
///
/// The key lives and dies with the job's row: a transaction that rolls back has never taken it. Give one key always the
/// same ``Release``, and where a transaction takes several, let it take them in one order everywhere, as with any lock.
public struct UniqueKey: Hashable, Sendable {
    /// When the job gives its key back.
    public enum Release: String, Hashable, Sendable, Codable {
        /// When it is done, dead or discarded: at most one job with this key waits or runs. A job that runs already may
        /// not see what a transaction changes whose own job was refused.
        case finished
        /// When it first starts: at most one job with this key waits. A transaction whose job was refused can rely on
        /// the one that waits:
        /// that one does not start before the transaction has ended.
        case started
    }

    /// Bytes a key may have.
    public static let length = 1...200

    /// The key's text.
    public let key: String
    /// When the job releases it.
    public let until: Release

    /// - Throws: ``InvalidUniqueKey`` for a text that is empty, longer than 200 bytes or holds U+0000.
    public init(_ key: String, until: Release) throws(InvalidUniqueKey) {
        guard Self.length.contains(key.utf8.count), !key.utf8.contains(0) else {
            throw InvalidUniqueKey(bytes: key.utf8.count)
        }
        self.key = key
        self.until = until
    }
}

/// A text that cannot be a ``UniqueKey``.
public struct InvalidUniqueKey: Error, Equatable, CustomStringConvertible {
    /// How long it was.
    public let bytes: Int

    /// A sentence for people.
    public var description: String {
        "a unique key is 1 to 200 bytes of UTF-8 without U+0000, not \(bytes) bytes; hash what is longer"
    }
}

extension UniqueKey.Release: PostgresEncodable {
    /// What follows `ON CONFLICT` when another job holds the key.
    ///
    /// `WHERE false` changes nothing and still locks the key's row until the transaction ends (manual, INSERT,
    /// "conflict_action"), and a job that gives its key back when it starts has to get that lock first: it starts when
    /// what it is to see is there.
    var conflictAction: String {
        switch self {
        case .finished: "DO NOTHING"
        case .started: "(queue, key) DO UPDATE SET job_id = job_unique_keys.job_id WHERE false"
        }
    }
}

extension UniqueKey {
    /// How keys that count only until the job starts begin, in envelopes and in Redis.
    package static let untilStartedMark = "s:"

    /// The key as it stands in envelopes and in Redis.
    package var mark: String { (until == .started ? Self.untilStartedMark : "f:") + key }
}
