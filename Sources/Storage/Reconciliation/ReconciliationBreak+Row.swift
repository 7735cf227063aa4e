import Domain
import Postgres

extension ReconciliationBreak {
    /// Reads a row of `reconciliation_breaks` with all columns.
    init(_ row: PostgresRow) throws {
        let amount: Int64? = try row["amount"]
        let currency: Currency? = try row["currency"]
        self.init(
            id: try row["id"], kind: try row["kind"], object: try row["object"], providerID: try row["provider_id"],
            orderID: try row["order_id"], amount: amount.flatMap { amount in currency.map { Money(amount, $0) } },
            reason: try row["reason"],
            status: try row["status"], foundAt: try row["found_at"], lastSeenAt: try row["last_seen_at"],
            healedAt: try row["healed_at"],
            resolvedAt: try row["resolved_at"], resolvedBy: try row["resolved_by"], note: try row["note"])
    }
}
