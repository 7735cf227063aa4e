public import Domain
import Postgres

extension OrderStore {
    /// The most orders ahead that are counted; whoever has more before them waits for long in any case.
    static let mostAhead = 10_000

    /// What those of these orders wait for that wait, by their ids.
    ///
    /// - Parameter isProviderAway: whether calls to the payment provider are held back.
    public func waiting(_ orders: [Order], isProviderAway: Bool) async throws -> [Order.ID: OrderWaiting] {
        let ids = orders.filter(\.isWaiting).map(\.id)
        if ids.isEmpty { return [:] }
        let results = try await database.pipeline([
            """
            SELECT o.id, (SELECT count(*) FROM (SELECT FROM orders AS a WHERE a.status = 'pending' AND a.number < o.number
                                                 LIMIT \(Self.mostAhead)) AS before) AS ahead
              FROM orders AS o WHERE o.id = ANY (\(ids)::uuid[]) AND o.status = 'pending'
            """,
            """
            SELECT count(*) AS confirmed FROM (SELECT FROM orders WHERE confirmed_at > now() - interval '1 minute'
                                                LIMIT \(Self.mostAhead)) AS latest
            """,
        ])
        let ahead = Dictionary(uniqueKeysWithValues: try results[0].rows.map { (try $0["id"] as Order.ID, try $0["ahead"] as Int) })
        let confirmed: Int = try results[1].rows[0]["confirmed"]
        return Dictionary(
            uniqueKeysWithValues: ids.map {
                ($0, OrderWaiting(ahead: ahead[$0], confirmedLastMinute: confirmed, isProviderAway: isProviderAway))
            })
    }
}
