import Postgres

extension JobInspector {
    /// As many jobs as one call looks at where a condition is not answered by an index: some tens of milliseconds'
    /// worth.
    public static let examined = 3_000

    /// One page of jobs: of the ledger, newest first; then, where dead ones are asked for, those that are in Redis
    /// alone.
    ///
    /// - Parameters:
    ///   - limit: 1 to 200.
    ///   - cursor: of the page before; nil for the first.
    /// - Throws: ``JobInspectionError/foreignCursor``.
    public func list(_ filter: JobFilter, limit: Int, after cursor: JobCursor? = nil) async throws -> JobPage {
        let limit = min(max(limit, 1), 200)
        let found = try await find(
            filter, limit: limit, after: cursor, columns: JobDetail.columns, read: JobDetail.init)
        return JobPage(items: found.ledger + found.redis.map(\.detail), nextCursor: found.next, isCut: found.isCut)
    }

    /// What one step of a search came upon.
    struct Found<Item: Sendable>: Sendable {
        var ledger: [Item] = []
        var redis: [DeadEphemeral] = []
        var next: JobCursor?
        var isCut = false
    }

    /// One step of a search: at most `limit` jobs.
    ///
    /// - Parameters:
    ///   - columns: of a row of the ledger; `id` among them.
    ///   - read: reads them.
    func find<Item: Sendable>(
        _ filter: JobFilter, limit: Int, after cursor: JobCursor?, columns: String, read: (PostgresRow) throws -> Item
    ) async throws -> Found<Item> {
        if let cursor, !cursor.belongs(to: filter) { throw JobInspectionError.foreignCursor }
        var found = Found<Item>()
        var start: JobCursor.Position?
        switch cursor?.position {
        case nil:
            found = try await findInLedger(JobListing(filter, after: nil, limit: limit), columns: columns, read: read)
        case .ledger(let id):
            found = try await findInLedger(JobListing(filter, after: id, limit: limit), columns: columns, read: read)
        case let position: start = position
        }
        if found.next == nil && filter.effectiveState == .dead {
            let page = try await deadEphemeral(filter, limit: limit - found.ledger.count, from: start)
            (found.redis, found.next, found.isCut) = (page.jobs, page.next, page.isCut)
        }
        return found
    }

    private func findInLedger<Item: Sendable>(
        _ listing: JobListing, columns: String, read: (PostgresRow) throws -> Item
    ) async throws -> Found<Item> {
        guard let rows = try await database.pipeline(listing.statements(columns: columns)).last?.rows,
            let first = rows.first
        else {
            return Found()
        }
        let isAtItsReach = try first["examined"] as Int >= listing.reach
        if case .unfinished = listing.source, isAtItsReach {
            return try await findInLedger(listing.ofHistory, columns: columns, read: read)
        }
        let matching = try rows.filter { try $0["id"] as JobID? != nil }
        var found = Found(ledger: try matching.prefix(listing.limit).map(read))
        if matching.count > listing.limit {
            found.next = JobCursor(.ledger(before: try matching[listing.limit - 1]["id"]), of: listing.filter)
        } else if isAtItsReach {
            found.next = JobCursor(.ledger(before: try first["last_examined"]), of: listing.filter)
            found.isCut = true
        }
        return found
    }
}
