import Foundation
import Postgres
import TestSupport

/// What the rounds of a sweep come to: a row of a table in docs/journal.md.
struct MoneyCount: Sendable {
    var rounds = 0
    var sent = 0
    var orders: [String: Int] = [:]
    var blows: [MoneyRound.Victim: Int] = [:]
    var faults = 0
    /// By currency, in its smallest units.
    var charged: [String: Int] = [:]
    var givenBack: [String: Int] = [:]
    /// What confirmed orders come to less what was refunded, by our rows.
    var owed: [String: Int] = [:]
    var mostCharges = 0
    /// Confirmed orders, and the emails about them.
    var (confirmed, emails) = (0, 0)
    /// Units there were at first; on the shelf, and in confirmed orders, now.
    var (initial, onHand, sold) = (0, 0, 0)
    var dead = 0

    private static let paid = ["confirmed", "partially_refunded", "refunded"]

    /// Adds what a shop has come to.
    mutating func add(_ shop: Shop) async throws {
        let pool = shop.database.pool
        for row in try await pool.query("SELECT status, count(*) AS count FROM orders GROUP BY status") {
            orders[try row["status"], default: 0] += try row["count"]
        }
        for row in try await pool.query(
            """
            SELECT o.currency, coalesce(sum(p.captured_amount), 0)::bigint AS taken,
                   (SELECT coalesce(sum(r.amount), 0) FROM refunds AS r JOIN orders AS other ON other.id = r.order_id
                     WHERE other.currency = o.currency AND r.status = 'succeeded')::bigint AS refunded
              FROM orders AS o JOIN payments AS p ON p.order_id = o.id
             GROUP BY o.currency
            """)
        {
            owed[try row["currency"], default: 0] += try row["taken"] - row["refunded"]
        }
        for row in try await pool.query(
            """
            SELECT sum(initial)::bigint AS initial, sum(on_hand)::bigint AS on_hand,
                   (SELECT coalesce(sum(quantity - restocked), 0) FROM reservations
                      WHERE state = 'consumed')::bigint AS sold,
                   (SELECT count(*) FROM jobs WHERE state = 'dead') AS dead
              FROM stock
            """)
        {
            initial += try row["initial"]
            onHand += try row["on_hand"]
            sold += try row["sold"]
            dead += try row["dead"]
        }
        let movements = try await shop.movements()
        for movement in movements {
            if movement.kind == "charge" { charged[movement.currency.uppercased(), default: 0] += movement.amount }
            if movement.kind == "refund" { givenBack[movement.currency.uppercased(), default: 0] += movement.amount }
            if movement.kind == "refund_failed" {
                givenBack[movement.currency.uppercased(), default: 0] -= movement.amount
            }
        }
        let charges = Dictionary(grouping: movements.filter { $0.kind == "charge" }) { $0.order_id ?? "none" }
        mostCharges = max(mostCharges, charges.values.map(\.count).max() ?? 0)
        let alive: [String] = try await pool.query(
            "SELECT id::text AS id FROM orders WHERE status = ANY (\(Self.paid))"
        ).map {
            try $0["id"]
        }
        let about = try await shop.confirmations()
        confirmed += alive.count
        emails += alive.map { about[$0] ?? 0 }.reduce(0, +)
    }

    /// By currency: how much more moved at the provider than our rows say.
    var differences: [String: Int] {
        var all: [String: Int] = [:]
        for currency in Set(charged.keys).union(owed.keys) {
            all[currency] = charged[currency, default: 0] - givenBack[currency, default: 0] - owed[currency, default: 0]
        }
        return all.filter { $0.value != 0 }
    }

    /// `| rounds | kills | faults | sent | accepted | confirmed | declined | out of stock | called off | moved | … |`
    func row(seed: UInt64, seconds: Int) -> String {
        let blows = MoneyRound.Victim.allCases.map { "\(self.blows[$0] ?? 0)" }.joined(separator: " / ")
        let moved = charged.keys.sorted().map { currency in
            "\(currency) \((charged[currency] ?? 0) - (givenBack[currency] ?? 0))"
        }.joined(separator: ", ")
        let cells: [String] = [
            "\(rounds)", "\(seed)", blows, "\(faults)", "\(sent)", "\(orders.values.reduce(0, +))", "\(confirmed)",
            "\(orders["payment_failed"] ?? 0)", "\(orders["rejected"] ?? 0)", "\(orders["canceled"] ?? 0)", moved,
            differences.isEmpty ? "none" : "\(differences)", "\(mostCharges)", "\(emails) / \(confirmed)",
            "\(initial) = \(onHand) + \(sold)", "\(dead)",
            "\(seconds)",
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }

    /// The head of the table.
    static let head = """
        | rounds | first seed | killed: API / worker / sandbox / Redis / emptied | faults struck | orders sent \
        | accepted | confirmed | declined | out of stock | called off | money moved, smallest units \
        | differs from our rows | charges per order, most | mails / confirmed orders | stock: first = now + sold \
        | dead jobs | seconds |
        |--:|--:|---|--:|--:|--:|--:|--:|--:|--:|---|---|--:|---|---|--:|--:|
        """
}
