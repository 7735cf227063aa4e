import Foundation
import Postgres

/// A partial index of the dead and parked jobs, and what it answers of a filter.
///
/// The conditions are written so that no other index gives the order asked for: as a range of rows (queue, state, id)
/// instead of a fixed queue and state, which would leave an order by id that half of the indexes have. The planner,
/// which guesses how often it will have to look, would pick one of them and now and then read a million rows for fifty.
struct DeadLetterIndex: Sendable {
    /// To be run before, in the same transaction: a wrong guess of the planner must not make it sort a million rows. A
    /// sort that it can't do without costs no more than before, whatever it thinks. How many rows a filter leaves hangs
    /// on its values, so they are planned with.
    static let planning: SQL = """
        SELECT set_config('enable_sort', 'off', true), set_config('jit', 'off', true),
               set_config('plan_cache_mode', 'force_custom_plan', true)
        """

    /// Columns in front of `state` and `id`, with the value that is looked for.
    private let leading: (column: String, value: String)?
    private let state: JobState

    /// The index for a filter: of fingerprint, kind and queue the first that is given. Nil when the filter is not of
    /// dead or parked jobs.
    init?(_ filter: JobFilter) {
        guard let state = filter.effectiveState, state == .dead || state == .parked else { return nil }
        self.state = state
        if let fingerprint = filter.fingerprint {
            leading = ("fingerprint", fingerprint)
        } else if let name = filter.name {
            leading = ("name", name)
        } else {
            leading = filter.queue.map { ("queue", $0.rawValue) }
        }
    }

    /// The column, if any, whose condition ``condition(since:before:)`` holds.
    var answers: String? { leading?.column }

    /// The rows in question, older than `cursor`.
    func condition(since: Date?, before cursor: JobID?) -> SQL {
        let oldest: SQL = if let since { "job_id_floor(\(since)::timestamptz)" } else { "\(UUID.oldest)::uuid" }
        // With both bounds included the planner's guess at the number of rows is not nought.
        let newest: SQL = "\(cursor.map(\.rawValue.predecessor) ?? .newest)::uuid"
        return "state IN ('dead', 'parked') AND \(row) >= \(bound(oldest)) AND \(row) <= \(bound(newest))"
    }

    /// Newest first, in the terms of the index.
    var order: SQL {
        leading == nil ? "state DESC, id DESC" : "\(raw: leading?.column ?? "") DESC, state DESC, id DESC"
    }

    private var row: SQL { leading == nil ? "(state, id)" : "(\(raw: leading?.column ?? ""), state, id)" }

    private func bound(_ id: SQL) -> SQL {
        let state: SQL = "'\(raw: state.rawValue)'::text"
        return if let leading { "(\(leading.value)::text, \(state), \(id))" } else { "(\(state), \(id))" }
    }
}

extension UUID {
    static let oldest = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    static let newest = UUID(uuid: (255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255))

    /// The next smaller one; of the smallest, itself.
    var predecessor: UUID {
        var bytes = withUnsafeBytes(of: uuid) { Array($0) }
        guard let last = bytes.lastIndex(where: { $0 != 0 }) else { return self }
        bytes[last] -= 1
        for index in bytes.indices[(last + 1)...] { bytes[index] = 255 }
        return bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }
}
