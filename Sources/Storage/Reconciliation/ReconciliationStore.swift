package import Domain
import JobQueue
package import Postgres

/// Comparisons of the payment provider's books with ours, and the breaks they found.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
package struct ReconciliationStore: Sendable {
    let database: PostgresPool

    package init(database: PostgresPool) {
        self.database = database
    }

    /// Which shop this database is of: what it writes into its payment intents.
    package func identity() async throws -> String {
        try await database.query(Self.identity).first.map { try $0["id"] } ?? ""
    }

    static let identity: SQL = "SELECT id::text AS id FROM shop_identity"

    /// What our books say of these intents: by the intent itself, and by the order each names.
    package func facts(
        of intents: [PaymentIntent]
    ) async throws -> (stored: [PaymentIntent.ID: PaymentSnapshot], named: [Order.ID: PaymentSnapshot]) {
        let ids = intents.map(\.id)
        let orders = Set(intents.compactMap(\.orderID)).sorted()
        let (stored, named) = try await database.pipeline(
            Query.rows(
                "\(raw: Self.payments) WHERE p.provider_intent_id = ANY (\(ids)::text[])", PaymentSnapshot.init),
            // Of several payments of an order the last one counts.
            Query.rows(
                "\(raw: Self.payments) WHERE p.order_id = ANY (\(orders)::uuid[]) ORDER BY p.order_id, p.seq",
                PaymentSnapshot.init))
        return (
            Dictionary(stored.compactMap { facts in facts.intentID.map { ($0, facts) } }) { $1 },
            Dictionary(named.map { ($0.orderID, $0) }) { $1 }
        )
    }

    /// What our books say of these refunds: each by our id or the provider's, and the payments their intents are stored
    /// with.
    package func facts(
        of refunds: [ProviderRefund]
    ) async throws -> RefundBooks {
        let (ours, payments) = try await database.pipeline(
            Query.rows(
                """
                \(raw: RefundRow.selection)
                 WHERE r.id = ANY (\(refunds.compactMap(\.refundID))::uuid[])
                    OR r.provider_refund_id = ANY (\(refunds.map(\.id))::text[])
                """, RefundRow.refund),
            Query.rows(
                "\(raw: Self.payments) WHERE p.provider_intent_id = ANY (\(refunds.compactMap(\.intentID))::text[])",
                PaymentSnapshot.init))
        return RefundBooks(
            byID: Dictionary(ours.map { ($0.id, $0) }) { $1 },
            byProviderID: Dictionary(ours.compactMap { refund in refund.providerID.map { ($0, refund) } }) { $1 },
            payments: Dictionary(payments.compactMap { facts in facts.intentID.map { ($0, facts) } }) { $1 })
    }

    /// Payments of which we hold that money was taken or is held, and that were made in the time of a run, by their
    /// ids; a page at a time.
    package func paid(in run: ReconciliationRun, after id: Payment.ID?, limit: Int = 500) async throws
        -> [PaymentSnapshot]
    {
        try await database.query(
            """
            \(raw: Self.payments)
             WHERE p.created_at >= \(run.from) AND p.created_at < \(run.until) AND (\(id)::uuid IS NULL
                 OR p.id > \(id)::uuid)
               AND p.status IN ('authorized', 'captured', 'partially_refunded', 'refunded')
             ORDER BY p.id LIMIT \(limit)
            """
        ).map(PaymentSnapshot.init)
    }

    private static let payments = """
        SELECT p.order_id, o.status AS order_status, p.id, p.status, p.amount, p.captured_amount, p.currency,
            p.provider_intent_id
          FROM payments AS p JOIN orders AS o ON o.id = p.order_id
        """
}

extension PaymentSnapshot {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            orderID: try row["order_id"], order: try row["order_status"], paymentID: try row["id"],
            payment: try row["status"],
            amount: Money(try row["amount"], try row["currency"]), intentID: try row["provider_intent_id"],
            captured: Money(try row["captured_amount"], try row["currency"]))
    }
}

/// What our books say of refunds that the provider has.
package struct RefundBooks: Sendable {
    let byID: [Refund.ID: Refund]
    let byProviderID: [ProviderRefund.ID: Refund]
    let payments: [PaymentIntent.ID: PaymentSnapshot]

    /// The refund of ours that the provider's names, or that is stored with it.
    package func refund(for refund: ProviderRefund) -> Refund? {
        refund.refundID.flatMap { byID[$0] } ?? byProviderID[refund.id]
    }

    /// The payment that its intent is stored with.
    package func payment(for refund: ProviderRefund) -> PaymentSnapshot? { refund.intentID.flatMap { payments[$0] } }
}
