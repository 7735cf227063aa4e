package import Domain
import FoundationEssentials
import Postgres

extension ReconciliationStore {
    /// Keeps what was found. Returns the break's row; one that an operator has resolved stays so, one that was closed
    /// is open again.
    package func note(_ finding: ReconciliationFinding) async throws -> ReconciliationBreak {
        let rows = try await database.query(
            """
            INSERT INTO reconciliation_breaks AS b (id, kind, object, provider_id, order_id, amount, currency, reason)
            VALUES (\(ReconciliationBreak.ID()), \(finding.kind), \(finding.object), \(finding.providerID),
                \(finding.orderID),
                    \(finding.amount?.amount), \(finding.amount?.currency), \(finding.reason))
            ON CONFLICT (kind, provider_id) DO UPDATE
               SET last_seen_at = now(), reason = excluded.reason, amount = excluded.amount,
                   currency = excluded.currency,
                   status = CASE WHEN b.status = 'resolved' THEN 'resolved' ELSE 'open' END, closed_at = NULL,
                   found_at = CASE WHEN b.status = 'closed' THEN now() ELSE b.found_at END,
                   reported_at = CASE WHEN b.status = 'closed' THEN NULL ELSE b.reported_at END
            RETURNING *
            """)
        guard let row = rows.first else { throw StorageError.corrupt("a new break returned no row") }
        return try ReconciliationBreak(row)
    }

    /// The books agree again. Answers whether the break was open.
    @discardableResult
    package func markClosed(_ id: ReconciliationBreak.ID) async throws -> Bool {
        try await database.execute(
            "UPDATE reconciliation_breaks SET status = 'closed', closed_at = now() WHERE id = \(id) AND status = 'open'"
        ) == 1
    }

    /// Whether operators have yet to be told of a break that is open. Answers `true` once for each time that it
    /// opens.
    package func isToBeReported(_ id: ReconciliationBreak.ID) async throws -> Bool {
        try await database.execute(
            """
            UPDATE reconciliation_breaks SET reported_at = now()
             WHERE id = \(id) AND status = 'open' AND reported_at IS NULL
            """
        ) == 1
    }

    /// Open breaks that a run has not come across, those that were not looked at for longest first.
    package func open(notSeenSince run: ReconciliationRun, limit: Int = 200) async throws -> [ReconciliationBreak] {
        try await database.query(
            """
            SELECT * FROM reconciliation_breaks
             WHERE status = 'open' AND last_seen_at < \(run.until) ORDER BY last_seen_at, id LIMIT \(limit)
            """
        ).map(ReconciliationBreak.init)
    }

    /// How many breaks of each kind are open; kinds without any are left out.
    package func openCounts() async throws -> [BreakKind: Int] {
        let rows = try await database.query(
            "SELECT kind, count(*)::integer AS count FROM reconciliation_breaks WHERE status = 'open' GROUP BY kind")
        return Dictionary(try rows.map { (try $0["kind"], try $0["count"]) }) { $1 }
    }

    /// Breaks, the latest first. Throws `StorageError.invalidCursor`.
    package func breaks(
        status: ReconciliationBreak.Status? = nil, kind: BreakKind? = nil, page: PageRequest = PageRequest()
    ) async throws -> Page<ReconciliationBreak> {
        // Ids rise with time, so the id of the last break of one part is where the next begins.
        let list = ListCursor.List("breaks", [status?.rawValue, kind?.rawValue])
        let before: ReconciliationBreak.ID? = try page.id(of: list)
        let rows = try await database.query(
            """
            SELECT * FROM reconciliation_breaks
             WHERE (\(status)::text IS NULL OR status = \(status)::text) AND (\(kind)::text IS NULL
                 OR kind = \(kind)::text)
               AND (\(before)::uuid IS NULL OR id < \(before)::uuid)
             ORDER BY id DESC LIMIT \(page.limit + 1)
            """)
        return Page(try rows.map(ReconciliationBreak.init), limit: page.limit, of: list) { [.text($0.id.description)] }
    }

    /// An operator has dealt with a break. Answers it as it is now, also when it was no longer open; `nil` when there
    /// is none.
    ///
    /// - Parameter entry: goes to the audit log with it.
    package func resolve(
        _ id: ReconciliationBreak.ID, note: String, by actor: AuditActor, noting entry: AuditEntry
    ) async throws -> ReconciliationBreak? {
        let audit = try AuditLog.insertion(of: entry)
        return try await database.transaction { transaction in
            let changed = try transaction.execute(
                """
                UPDATE reconciliation_breaks
                    SET status = 'resolved', resolved_at = now(), resolved_by = \(actor.text), note = \(note)
                 WHERE id = \(id) AND status = 'open'
                """)
            let current = Query.firstRow(
                "SELECT * FROM reconciliation_breaks WHERE id = \(id)", ReconciliationBreak.init)
            return try transaction.pipeline(changed == 1 ? audit : nil, current).1
        }
    }
}
