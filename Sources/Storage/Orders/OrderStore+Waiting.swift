package import Domain
package import FoundationEssentials
import Postgres

extension OrderStore {
    /// The most orders ahead that are counted; a customer with more before them waits for long in any case.
    static let mostAhead = 10_000
    /// The latest events of orders in which those are looked for that came to an outcome, and as many of these as are
    /// measured.
    private static let (latestEvents, mostMeasured) = (1000, 100)

    /// What those of these orders wait for that wait, by their ids.
    ///
    /// - Parameters:
    ///   - pace: how fast orders are served, `nil` when it is not known.
    ///   - isProviderAway: whether calls to the payment provider are held back.
    package func waiting(_ orders: [Order], pace: CheckoutPace?, isProviderAway: Bool) async throws -> [Order.ID:
        OrderWaiting]
    {
        let ids = orders.filter(\.isWaiting).map(\.id)
        if ids.isEmpty { return [:] }
        let (ahead, stopped) = try await database.pipeline(
            Query.rows(
                """
                SELECT o.id, (SELECT count(*) FROM (SELECT FROM orders AS a WHERE a.status = 'pending'
                    AND a.number < o.number
                                                     LIMIT \(Self.mostAhead)) AS before) AS ahead
                  FROM orders AS o WHERE o.id = ANY (\(ids)::uuid[]) AND o.status = 'pending'
                """
            ) { (try $0["id"] as Order.ID, try $0["ahead"] as Int) },
            Query.rows(
                """
                SELECT o.id FROM orders AS o JOIN jobs AS j ON j.id = o.checkout_job_id
                 WHERE o.id = ANY (\(ids)::uuid[]) AND j.state IN ('dead', 'parked', 'discarded')
                """
            ) { try $0["id"] as Order.ID })
        let placesAhead = Dictionary(uniqueKeysWithValues: ahead)
        return Dictionary(
            uniqueKeysWithValues: ids.map {
                (
                    $0,
                    OrderWaiting(
                        ahead: placesAhead[$0], pace: pace, isProviderAway: isProviderAway,
                        isStopped: stopped.contains($0))
                )
            })
    }

    /// How fast orders were served in the last ten minutes, `nil` when none was or none of those that wait comes
    /// further.
    ///
    /// Orders count that had their first outcome then. What came of an order after its customer or a bank had been at
    /// it says nothing about our pace.
    package func pace() async throws -> CheckoutPace? {
        let (served, waitingSince, now) = try await database.pipeline(
            Query.rows(
                """
                SELECT o.created_at, e.at
                  FROM (SELECT order_id, sequence, at FROM order_events
                         WHERE sequence > (SELECT max(sequence) FROM order_events) - \(Self.latestEvents)
                           AND kind IN ('confirmed', 'rejected', 'payment_failed', 'action_required')
                               AND at > now() - interval '10 minutes'
                         ORDER BY sequence DESC LIMIT \(Self.mostMeasured)) AS e
                  JOIN orders AS o ON o.id = e.order_id
                 WHERE NOT EXISTS (SELECT FROM order_events AS p
                                    WHERE p.order_id = e.order_id AND p.sequence < e.sequence
                                      AND p.kind IN ('confirmed', 'payment_failed', 'action_required',
                                          'payment_processing'))
                """
            ) { CheckoutPace.Served(placedAt: try $0["created_at"], doneAt: try $0["at"]) },
            Query.firstRow("SELECT created_at FROM orders WHERE status = 'pending' ORDER BY number LIMIT 1") {
                try $0["created_at"] as Date
            },
            Query.row("SELECT clock_timestamp() AS now") { try $0["now"] as Date })
        return CheckoutPace(served: served, waitingSince: waitingSince, now: now)
    }
}

/// Orders that hold stock, or their cart, although nothing works on them any more.
package struct StoppedOrders: Hashable, Sendable {
    /// How many.
    package let count: Int
    /// The number of the one whose time is up first.
    package let firstNumber: Int64
    /// Its job.
    package let firstJob: String
    /// Until when it can be brought back, `nil` before it holds stock.
    package let until: Date?

    package init(count: Int, firstNumber: Int64, firstJob: String, until: Date?) {
        self.count = count
        self.firstNumber = firstNumber
        self.firstJob = firstJob
        self.until = until
    }
}

extension OrderStore {
    /// Open orders whose checkout job is dead, parked or discarded, `nil` when there are none. Each ends by itself once
    /// its time is up.
    package func stopped() async throws -> StoppedOrders? {
        let rows = try await database.query(
            """
            SELECT o.number, j.id::text AS job, o.reserved_until, count(*) OVER () AS total
              FROM orders AS o JOIN jobs AS j ON j.id = o.checkout_job_id
              JOIN payments AS p ON p.order_id = o.id
             WHERE (o.status = 'pending' OR o.status = 'reserved' AND p.status IN ('created', 'confirming'))
               AND j.state IN ('dead', 'parked', 'discarded')
             ORDER BY o.reserved_until NULLS LAST, o.number LIMIT 1
            """)
        return try rows.first.map {
            StoppedOrders(
                count: try $0["total"], firstNumber: try $0["number"], firstJob: try $0["job"],
                until: try $0["reserved_until"])
        }
    }
}
