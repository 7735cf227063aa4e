import Postgres
import TestSupport
import Testing

extension Shop {
    /// Every charge either pays for a confirmed order, the one that is stored with it, or has gone back, or is an open
    /// break.
    func checkEveryChargeIsAnswered(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let rows = try await database.pool.query(
            """
            SELECT p.provider_intent_id AS id FROM payments AS p JOIN orders AS o ON o.id = p.order_id
             WHERE o.status IN ('confirmed', 'partially_refunded', 'refunded') AND p.provider_intent_id IS NOT NULL
             UNION ALL
            SELECT provider_id FROM reconciliation_breaks WHERE status = 'open'
            """)
        let answered: Set<String> = Set(try rows.map { try $0["id"] })
        for (intent, moved) in Dictionary(grouping: try await movements(), by: \.intent) {
            func sum(_ kind: String) -> Int { moved.filter { $0.kind == kind }.map(\.amount).reduce(0, +) }
            let isBack = sum("refund") - sum("refund_failed") == sum("charge")
            #expect(answered.contains(intent) || isBack, "\(intent): \(moved)", sourceLocation: sourceLocation)
            #expect(
                moved.filter { $0.kind == "charge" }.count == 1, "\(intent): \(moved)", sourceLocation: sourceLocation)
        }
    }
}
