package import Domain
import Postgres

extension RateStore {
    /// The sets that moved too far and wait for an operator, the latest first.
    package func held() async throws -> [RateSetRecord] {
        try RateSetRecord.all(try await database.query(RateSetRecord.held))
    }

    /// Takes over a set that was held, on an operator's word, which goes to the audit log with it.
    package func approve(_ id: RateSet.ID, noting entry: AuditEntry) async throws -> RateApproval {
        try await database.transaction { transaction in
            let read = try transaction.pipeline([
                Self.lock, "SELECT date FROM rate_sets WHERE id = \(id) AND status = 'held'",
                "SELECT date FROM rate_sets WHERE status = 'current'",
            ])
            guard let date: CalendarDay = try read[1].rows.first?["date"] else { return .notHeld }
            if let current: CalendarDay = try read[2].rows.first?["date"], date < current {
                return .outdated(current: current)
            }
            _ = try transaction.pipeline([
                Self.supersession(by: date),
                "UPDATE rate_sets SET status = 'current', checked_at = now() WHERE id = \(id)",
                AuditLog.insertion(of: entry),
            ])
            return .approved
        }
    }

    /// Turns a set down that was held, on an operator's word. The same rates are not held again. `false` when no set of
    /// this id is held.
    package func reject(_ id: RateSet.ID, noting entry: AuditEntry) async throws -> Bool {
        try await database.transaction { transaction in
            let results = try transaction.pipeline([
                Self.lock, "UPDATE rate_sets SET status = 'rejected' WHERE id = \(id) AND status = 'held' RETURNING id",
            ])
            guard !results[1].rows.isEmpty else { return false }
            _ = try transaction.pipeline([AuditLog.insertion(of: entry)])
            return true
        }
    }
}
