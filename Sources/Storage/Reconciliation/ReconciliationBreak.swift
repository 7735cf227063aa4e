package import Domain
package import FoundationEssentials
import Postgres

/// A difference between the provider's books and ours as it is kept.
package struct ReconciliationBreak: Hashable, Sendable {
    package typealias ID = Identifier<ReconciliationBreak>

    /// What has become of it.
    package enum Status: String, Hashable, Codable, Sendable, CaseIterable {
        /// It is still there.
        case open
        /// The books agree again.
        case closed
        /// An operator has dealt with it.
        case resolved
    }

    package let id: ID
    /// In what way the books differ.
    package let kind: BreakKind
    package let object: ReconciliationFinding.Object
    /// The provider's id of it.
    package let providerID: String
    /// The order it is about; there need not be such an order.
    package let orderID: Order.ID?
    /// How much it is about.
    package let amount: Money?
    /// What was found last, in one sentence.
    package let reason: String
    /// What has become of it.
    package let status: Status
    /// When it was found.
    package let foundAt: Date
    /// When it was last found.
    package let lastSeenAt: Date
    /// When the books agreed again.
    package let closedAt: Date?
    /// When an operator dealt with it.
    package let resolvedAt: Date?
    package let resolvedBy: String?
    /// How, in their words.
    package let note: String?
}

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
            closedAt: try row["closed_at"],
            resolvedAt: try row["resolved_at"], resolvedBy: try row["resolved_by"], note: try row["note"])
    }
}
