package import Domain
import Postgres

extension RateStore {
    /// The sets that moved too far and wait for an operator, the latest first.
    package func held() async throws -> [RateSetRecord] {
        try await database.run(RateSetRecord.held)
    }

    /// Takes over a set that was held, on an operator's word, which goes to the audit log with it.
    package func approve(_ id: RateSet.ID, noting entry: AuditEntry) async throws -> RateApproval {
        try await database.transaction { transaction in
            let (_, held, current) = try transaction.pipeline(
                Self.lock,
                Query.firstRow("SELECT date FROM rate_sets WHERE id = \(id) AND status = 'held'") {
                    try $0["date"] as CalendarDay
                },
                Query.firstRow("SELECT date FROM rate_sets WHERE status = 'current'") { try $0["date"] as CalendarDay })
            guard let date = held else { return .notHeld }
            if let current, date < current { return .outdated(current: current) }
            try transaction.execute([
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
            let rejected = Query.any("UPDATE rate_sets SET status = 'rejected' WHERE id = \(id) AND status = 'held'")
            guard try transaction.pipeline(Self.lock, rejected).1 else { return false }
            try transaction.execute(AuditLog.insertion(of: entry))
            return true
        }
    }
}

/// What became of an operator's word for a set that was held.
package enum RateApproval: Hashable, Sendable {
    /// It is in use.
    case approved
    /// The set in use is newer by now; rates never go back.
    case outdated(current: CalendarDay)
    /// No set of this id is held.
    case notHeld
}
