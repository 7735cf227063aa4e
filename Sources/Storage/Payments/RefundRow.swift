import Domain
import FoundationEssentials
import JSON
import Postgres

/// Rows of `refunds`.
enum RefundRow {
    /// All columns, and the pieces that the refund is for; `r` is the refund. The caller adds the condition.
    static let selection = "SELECT r.*, \(items) FROM refunds AS r"

    /// The pieces as JSON, null where the refund names none.
    static let items = """
        (SELECT jsonb_agg(jsonb_build_object('sku', sku, 'product_id', product_id, 'quantity', quantity, 'restock',
            restock, 'restocked', restocked)
                          ORDER BY sku)
           FROM refund_items WHERE refund_id = r.id)::text AS items
        """

    /// Reads a row of the selection.
    static func refund(_ row: PostgresRow) throws -> Refund {
        Refund(
            id: try row["id"], orderID: try row["order_id"] ?? row["named_order_id"],
            paymentID: try row["payment_id"] ?? row["named_payment_id"],
            amount: Money(try row["amount"], try row["currency"]), reason: try row["reason"], status: try row["status"],
            providerID: try row["provider_refund_id"], failureReason: try row["failure_reason"],
            restock: try row["restock"],
            createdAt: try row["created_at"], settledAt: try row["settled_at"], source: try row["source"],
            items: try (row["items"] as String?).map(pieces) ?? [], takesTheRest: try row["takes_the_rest"])
    }

    private static func pieces(_ json: String) throws -> [RefundItem] {
        try pieces(JSONCoder.decode([StoredItem].self, from: json))
    }

    /// The pieces that were read.
    static func pieces(_ items: [StoredItem]) throws -> [RefundItem] {
        try items.map { item in
            guard let productID = Product.ID(item.product_id), let sku = try? SKU(item.sku) else {
                throw StorageError.corrupt("a refund names a product that is none")
            }
            return RefundItem(
                productID: productID, sku: sku, quantity: item.quantity, restock: item.restock,
                restocked: item.restocked)
        }
    }

    /// A piece as it stands in the JSON of a selection.
    struct StoredItem: Decodable {
        let sku: String
        let product_id: String
        let quantity: Int
        let restock: Bool
        let restocked: Int
    }

    /// All refunds of an order, locked. The caller holds the locks of order and payment.
    static func locked(of orderID: Order.ID) -> Query<[Refund]> {
        Query.rows("\(raw: selection) WHERE r.order_id = \(orderID) ORDER BY r.id FOR NO KEY UPDATE OF r", refund)
    }

    /// The same with the keys under which they were asked for.
    static func lockedWithKeys(of orderID: Order.ID) -> Query<[(refund: Refund, key: String)]> {
        Query.rows("\(raw: selection) WHERE r.order_id = \(orderID) ORDER BY r.id FOR NO KEY UPDATE OF r") {
            (try refund($0), try $0["request_key"])
        }
    }

    /// One refund, `nil` when there is none.
    static func reading(_ id: Refund.ID) -> Query<Refund?> {
        Query.firstRow("\(raw: selection) WHERE r.id = \(id)", refund)
    }

    /// Adds a refund that is wanted.
    ///
    /// - Parameters:
    ///   - restock: whether all goods of the order are back on the shelf with it.
    ///   - takesTheRest: whether it is for all that is left, however much that turns out to be.
    static func insertion(
        _ id: Refund.ID, of orderID: Order.ID, _ paymentID: Payment.ID, _ amount: Money, because reason: RefundReason,
        restock: Bool = false, takesTheRest: Bool = false, by actor: AuditActor, key: String
    ) -> SQL {
        """
        INSERT INTO refunds (id, order_id, payment_id, amount, currency, reason, restock, takes_the_rest, requested_by,
            request_key)
        VALUES (\(id), \(orderID), \(paymentID), \(amount.amount), \(amount.currency), \(reason), \(restock),
            \(takesTheRest), \(actor.text),
                \(key))
        """
    }

    /// Adds the pieces that a refund is for.
    static func insertion(of items: [RefundItem], for id: Refund.ID) -> SQL {
        """
        INSERT INTO refund_items (refund_id, sku, product_id, quantity, restock)
        SELECT \(id)::uuid, *
            FROM unnest(\(items.map(\.sku))::text[], \(items.map(\.productID))::uuid[],
            \(items.map { Int64($0.quantity) })::integer[],
                                    \(items.map(\.restock))::boolean[])
        """
    }
}

extension AuditActor {
    /// `user:<id>`, `guest`, `system:<name>`.
    var text: String { id.map { "\(kind):\($0)" } ?? kind }
}
