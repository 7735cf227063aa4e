import Domain
import Postgres

extension RateStore {
    /// Puts the set in use out of use.
    static let supersession: SQL = "UPDATE rate_sets SET status = 'superseded' WHERE status = 'current'"

    /// Writes a set with all its rates.
    static func insertion(of set: RateSet, _ etag: String?, status: String) -> [SQL] {
        let rates = set.rates.sorted { $0.key < $1.key }
        return [
            """
            INSERT INTO rate_sets (id, source, base, date, etag, status)
            VALUES (\(set.id), \(set.source), \(set.base), \(set.date)::date, \(etag), \(status))
            """,
            """
            INSERT INTO rates (set_id, currency, rate)
            SELECT \(set.id)::uuid, t.currency, t.rate
              FROM unnest(\(rates.map(\.key))::text[], \(rates.map(\.value))::numeric[]) AS t (currency, rate)
            """,
        ]
    }

    /// Removes what was held of the same source and day, so that asking again does not pile up copies.
    static func dropHeld(like set: RateSet) -> SQL {
        "DELETE FROM rate_sets WHERE status = 'held' AND source = \(set.source) AND date = \(set.date)::date"
    }
}

extension CurrentRates {
    /// The set in use, a row for each rate.
    static let selection: SQL = """
        SELECT s.id, s.source, s.base, s.date, s.etag, s.checked_at, r.currency, r.rate
          FROM rate_sets AS s LEFT JOIN rates AS r ON r.set_id = s.id
         WHERE s.status = 'current'
        """

    /// Reads the rows of the selection; `nil` when there are none.
    init?(_ rows: [PostgresRow]) throws {
        guard let first = rows.first else { return nil }
        var rates: [Currency: ExchangeRate] = [:]
        for row in rows {
            if let currency: Currency = try row["currency"] { rates[currency] = try row["rate"] }
        }
        self.init(
            set: RateSet(id: try first["id"], source: try first["source"], base: try first["base"], date: try first["date"], rates: rates),
            etag: try first["etag"], checkedAt: try first["checked_at"])
    }
}
