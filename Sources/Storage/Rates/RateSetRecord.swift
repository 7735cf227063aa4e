package import Domain
package import FoundationEssentials
import Postgres

/// A set of rates as it is stored, with what became of it.
package struct RateSetRecord: Hashable, Sendable {
    /// What became of a set.
    package enum Status: String, Hashable, Sendable, CaseIterable {
        /// Prices are converted with it.
        case current
        /// Another one took its place, in use or in waiting.
        case superseded
        /// It moved too far and waits for an operator.
        case held
        /// An operator turned it down.
        case rejected
    }

    package let set: RateSet
    /// What became of it.
    package let status: Status
    /// What to ask its source with.
    package let validators: RateValidators
    /// When it came.
    package let fetchedAt: Date
    /// When the source last said that it is still the latest.
    package let checkedAt: Date
}

extension RateStore {
    /// One change at a time, also when there is no set yet whose row could be locked.
    static let lock: SQL = "SELECT pg_advisory_xact_lock(hashtextextended('rate_sets', 0))"

    /// Puts the set in use out of use, and with it what is held from before the new one's day.
    static func supersession(by date: CalendarDay) -> SQL {
        """
        UPDATE rate_sets SET status = 'superseded'
         WHERE status = 'current' OR (status = 'held' AND date <= \(date)::date)
        """
    }

    /// Writes a set with all its rates.
    static func insertion(of set: RateSet, _ validators: RateValidators, status: RateSetRecord.Status) -> [SQL] {
        let rates = set.rates.sorted { $0.key < $1.key }
        return [
            """
            INSERT INTO rate_sets (id, source, base, date, etag, last_modified, status)
            VALUES (\(set.id), \(set.source), \(set.base), \(set.date)::date, \(validators.etag),
                \(validators.lastModified), \(status))
            """,
            """
            INSERT INTO rates (set_id, currency, rate)
            SELECT \(set.id)::uuid, t.currency, t.rate
              FROM unnest(\(rates.map(\.key))::text[], \(rates.map(\.value))::numeric[]) AS t (currency, rate)
            """,
        ]
    }

    /// The source said again that this set is its latest.
    static func confirmation(of id: RateSet.ID) -> SQL {
        "UPDATE rate_sets SET checked_at = now() WHERE id = \(id)"
    }

    /// Removes what was held of the same source and day: the source has corrected it.
    static func dropHeld(like set: RateSet) -> SQL {
        "DELETE FROM rate_sets WHERE status = 'held' AND source = \(set.source) AND date = \(set.date)::date"
    }
}

extension RateSetRecord {
    /// Everything but the condition and the order; `s` is the set. A row for each rate.
    private static let selection = """
        SELECT s.id, s.source, s.base, s.date, s.status, s.etag, s.last_modified, s.fetched_at, s.checked_at,
            r.currency, r.rate
          FROM rate_sets AS s LEFT JOIN rates AS r ON r.set_id = s.id
        """

    /// The set in use.
    static let current = Query("\(raw: selection) WHERE s.status = 'current'") { try all($0.rows).first }

    /// What waits for an operator, the latest first.
    static let held = Query(
        "\(raw: selection) WHERE s.status = 'held' ORDER BY s.date DESC, s.fetched_at DESC, s.id"
    ) { try all($0.rows) }

    /// What an operator was asked about, and has perhaps answered, of the same source and day.
    static func undecided(like set: RateSet) -> Query<[RateSetRecord]> {
        Query(
            """
            \(raw: selection)
             WHERE s.status IN ('held', 'rejected') AND s.source = \(set.source) AND s.date = \(set.date)::date
             ORDER BY s.fetched_at, s.id
            """
        ) { try all($0.rows) }
    }

    /// Reads rows of the selection, in which those of one set lie together.
    private static func all(_ rows: [PostgresRow]) throws -> [RateSetRecord] {
        var records: [RateSetRecord] = []
        var start = rows.startIndex
        while start < rows.endIndex {
            let id: RateSet.ID = try rows[start]["id"]
            let end = try rows[start...].firstIndex { try $0["id"] != id } ?? rows.endIndex
            records.append(try RateSetRecord(rows[start..<end], id))
            start = end
        }
        return records
    }

    private init(_ rows: ArraySlice<PostgresRow>, _ id: RateSet.ID) throws {
        let row = rows[rows.startIndex]
        var rates: [Currency: ExchangeRate] = [:]
        for row in rows {
            if let currency: Currency = try row["currency"] { rates[currency] = try row["rate"] }
        }
        self.init(
            set: RateSet(id: id, source: try row["source"], base: try row["base"], date: try row["date"], rates: rates),
            status: try row["status"],
            validators: RateValidators(etag: try row["etag"], lastModified: try row["last_modified"]),
            fetchedAt: try row["fetched_at"], checkedAt: try row["checked_at"])
    }
}
