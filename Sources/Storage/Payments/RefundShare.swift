import Domain
import JobQueue
import Postgres

/// What of an order a refund is for: decided from locked rows.
struct RefundShare: Sendable {
    /// Why there is none.
    struct Refusal: Error {
        let outcome: RefundOutcome
    }

    let amount: Money
    let items: [RefundItem]

    /// The lines of an order.
    static func lines(of orderID: Order.ID) -> Query<[OrderItem]> {
        Query.rows(
            """
            SELECT i.product_id, i.sku, i.name, i.quantity, i.unit_amount, i.total, i.discount, o.currency
              FROM order_items AS i JOIN orders AS o ON o.id = i.order_id
             WHERE i.order_id = \(orderID) ORDER BY i.position
            """
        ) { row in
            let currency: Currency = try row["currency"]
            return OrderItem(
                productID: try row["product_id"], sku: try row["sku"], name: try row["name"],
                quantity: try row["quantity"],
                price: LinePrice(
                    unit: Money(try row["unit_amount"], currency), total: Money(try row["total"], currency)),
                discount: Money(try row["discount"], currency))
        }
    }

    /// Never more than is left, of the money and of each line.
    static func of(
        _ request: RefundRequest, _ entry: LockedOrders.Entry, refunds: [Refund], lines: [OrderItem]
    ) throws -> Result<RefundShare, Refusal> {
        guard entry.captured.amount > 0 else { return .failure(Refusal(outcome: .notPaid(entry.facts.status))) }
        if let currency = request.amount?.currency, currency != entry.captured.currency {
            return .failure(Refusal(outcome: .wrongCurrency(entry.captured.currency)))
        }
        if let amount = request.amount, !amount.isChargeable {
            return .failure(
                Refusal(outcome: .notChargeable(step: Money(amount.currency.chargeableStep, amount.currency))))
        }
        let left = try RefundSum(captured: entry.captured, refunds: refunds.map { ($0.amount, $0.status) }).refundable
        var items: [RefundItem] = []
        var amount = request.amount ?? left
        if !request.items.isEmpty {
            var parts: [(line: OrderItem, quantity: Int, earlier: Int)] = []
            for item in request.items {
                guard let line = lines.first(where: { $0.productID == item.productID }) else {
                    return .failure(Refusal(outcome: .unknownItem(item.productID)))
                }
                let earlier = refunds.filter(\.status.isLive).flatMap(\.items).filter { $0.sku == line.sku }.reduce(0) {
                    $0 + $1.quantity
                }
                guard item.quantity > 0, item.quantity <= line.quantity.rawValue - earlier else {
                    return .failure(
                        Refusal(outcome: .tooManyPieces(item.productID, left: max(0, line.quantity.rawValue - earlier)))
                    )
                }
                parts.append((line, item.quantity, earlier))
                items.append(
                    RefundItem(productID: line.productID, sku: line.sku, quantity: item.quantity, restock: item.restock)
                )
            }
            if request.amount == nil {
                amount = RefundWorth.pieces(parts, in: left.currency)
                if amount.amount == 0 { return .failure(Refusal(outcome: .worthNothing)) }
            }
        }
        guard amount.amount > 0, amount.amount <= left.amount else {
            return .failure(Refusal(outcome: .exceedsCaptured(refundable: left)))
        }
        return .success(RefundShare(amount: amount, items: items))
    }
}

/// Goods of refunds that go back on the shelf. The caller holds the locks of order, payment and refunds, and says of
/// each refund where it stands now.
///
/// What is on the shelf stays there when a refund bounces later: the goods did come back. Should the same pieces be
/// refunded again, they are not put back a second time.
struct Restocking {
    let statements: [SQL]
    let events: [OrderChange.Event]
    let jobs: [PendingJob]

    /// What a refund that stands now brings back.
    init(
        _ refund: Refund, among refunds: [Refund], of orderID: Order.ID, in transaction: PostgresTransaction
    ) throws {
        let wanted = refund.items.filter(\.restock)
        guard !wanted.isEmpty else {
            (statements, events, jobs) = ([], [], [])
            return
        }
        let skus = wanted.map(\.sku)
        let (_, consumed) = try transaction.pipeline(
            "SELECT sku FROM stock WHERE sku = ANY (\(skus)::text[]) ORDER BY sku FOR NO KEY UPDATE" as SQL,
            Query.rows(
                """
                SELECT sku, quantity, restocked FROM reservations
                 WHERE order_id = \(orderID) AND sku = ANY (\(skus)::text[]) AND state = 'consumed'
                     ORDER BY sku FOR NO KEY UPDATE
                """
            ) {
                (sku: try $0["sku"] as SKU, quantity: try $0["quantity"] as Int, restocked: try $0["restocked"] as Int)
            })
        var back: [(item: RefundItem, pieces: Int64)] = []
        for (sku, quantity, restocked) in consumed {
            guard let item = wanted.first(where: { $0.sku == sku }) else { continue }
            let meant = refunds.filter { $0.status == .succeeded }.flatMap(\.items).filter {
                $0.restock && $0.sku == sku
            }
            .reduce(0) { $0 + $1.quantity }
            let pieces = min(meant - restocked, quantity - restocked, item.quantity)
            if pieces > 0 { back.append((item, Int64(pieces))) }
        }
        guard !back.isEmpty else {
            (statements, events, jobs) = ([], [], [])
            return
        }
        let pieces: SQL = "unnest(\(back.map(\.item.sku))::text[], \(back.map(\.pieces))::integer[]) AS t (sku, pieces)"
        statements = [
            StockHistory.restocking(
                "SELECT \(orderID)::uuid AS order_id, t.sku, t.pieces FROM \(pieces)", as: .refund,
                by: .system("refunds")),
            """
            UPDATE reservations SET restocked = restocked + t.pieces, updated_at = now() FROM \(pieces)
             WHERE reservations.order_id = \(orderID) AND reservations.sku = t.sku
            """,
            """
            UPDATE refund_items SET restocked = restocked + t.pieces FROM \(pieces)
             WHERE refund_items.refund_id = \(refund.id) AND refund_items.sku = t.sku
            """,
        ]
        events = [
            .init(.restocked, back.map { "\($0.pieces) × \($0.item.sku)" }.joined(separator: "; "))
        ]
        jobs = try InvalidateProducts.pending(for: back.map(\.item.productID))
    }
}
