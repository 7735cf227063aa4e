import Domain
import FoundationEssentials
import JSON
import Postgres

/// Orders with items, payment and rate, one row each.
enum OrderRow {
    /// Everything but the condition; `o` is the order.
    static let selection = """
        SELECT o.*, (SELECT sum(amount) FROM refunds WHERE order_id = o.id
            AND status = 'succeeded')::bigint AS refunded,
               rs.source AS rate_source, rs.date AS rate_date,
               p.id AS payment_id, p.status AS payment_status, p.provider_intent_id, p.attempt, p.method,
                   p.decline_code, p.client_secret,
               p.captured_amount, CASE WHEN p.status = 'authorized'
                   THEN coalesce(p.authorized_amount, p.amount) END AS authorized_amount,
               p.card_brand, p.card_last_four,
               (SELECT jsonb_agg(jsonb_build_object('id', r.id, 'amount', r.amount, 'status', r.status, 'items',
                   i.items,
                                                    'created_at', extract(epoch FROM r.created_at),
                                                    'settled_at', extract(epoch FROM r.settled_at))
                                 ORDER BY r.id)
                  FROM refunds AS r
                  LEFT JOIN LATERAL (SELECT jsonb_agg(jsonb_build_object('sku', sku, 'product_id', product_id,
                      'quantity', quantity,
                                                                         'restock', restock, 'restocked', restocked)
                                                                             ORDER BY sku) AS items
                                       FROM refund_items WHERE refund_id = r.id) AS i ON true
                 WHERE r.order_id = o.id)::text AS refund_list,
               \(ShipmentRow.list) AS shipment_list,
               (SELECT jsonb_agg(jsonb_build_object('id', discount_id, 'code', code, 'title', title, 'amount', amount,
                                                    'shipping', is_for_shipping) ORDER BY position)
                  FROM discount_uses WHERE order_id = o.id)::text AS discount_list,
               i.product_ids, i.skus, i.names, i.quantities, i.unit_amounts, i.line_totals, i.line_discounts
          FROM orders AS o
          LEFT JOIN rate_sets AS rs ON rs.id = o.rate_set_id
          LEFT JOIN LATERAL (SELECT * FROM payments WHERE order_id = o.id ORDER BY seq DESC LIMIT 1) AS p ON true
          LEFT JOIN LATERAL (
                SELECT array_agg(product_id ORDER BY position) AS product_ids, array_agg(sku ORDER BY position) AS skus,
                       array_agg(name ORDER BY position) AS names, array_agg(quantity ORDER BY position) AS quantities,
                       array_agg(unit_amount ORDER BY position) AS unit_amounts,
                       array_agg(total ORDER BY position) AS line_totals,
                       array_agg(discount ORDER BY position) AS line_discounts
                  FROM order_items WHERE order_id = o.id) AS i ON true
        """

    /// Reads a row of the selection.
    static func order(_ row: PostgresRow) throws -> Order {
        let currency: Currency = try row["currency"]
        func money(_ column: String) throws -> Money { Money(try row[column], currency) }
        let address: String? = try row["shipping_address"]
        return Order(
            id: try row["id"], number: try row["number"], cartID: try row["cart_id"], userID: try row["user_id"],
            email: try row["email"],
            status: try row["status"], fulfillment: try row["fulfillment_status"], version: try row["version"],
            items: try items(row, currency),
            totals: try OrderTotals(
                subtotal: money("subtotal"), discount: money("discount"), shipping: money("shipping"), tax: money("tax")
            ),
            rate: try rate(row), payment: try payment(row, currency, total: money("total")),
            shippingAddress: try address.map { try JSONCoder.decode(Address.self, from: $0) },
            reservedUntil: try row["reserved_until"], createdAt: try row["created_at"],
            updatedAt: try row["updated_at"],
            confirmedAt: try row["confirmed_at"], refunded: try (row["refunded"] as Int64?).map { Money($0, currency) },
            refunds: try (row["refund_list"] as String?).map { try refunds($0, currency) } ?? [],
            language: try row["language"],
            rejectionReason: try row["rejection_reason"],
            shipments: try ShipmentRow.shipments(row["shipment_list"]),
            discounts: try (row["discount_list"] as String?).map { try discounts($0, currency) } ?? [],
            shippingMethod: try (row["shipping_code"] as ShippingCode?).map {
                OrderShipping(code: $0, name: try row["shipping_name"])
            })
    }

    private static func items(_ row: PostgresRow, _ currency: Currency) throws -> [OrderItem] {
        let products: [Product.ID]? = try row["product_ids"]
        guard let products else { return [] }
        let skus: [SKU] = try row["skus"]
        let names: [String] = try row["names"]
        let quantities: [Quantity] = try row["quantities"]
        let amounts: [Int64] = try row["unit_amounts"]
        let totals: [Int64] = try row["line_totals"]
        let discounts: [Int64] = try row["line_discounts"]
        return products.indices.map { index in
            OrderItem(
                productID: products[index], sku: skus[index], name: names[index], quantity: quantities[index],
                price: LinePrice(unit: Money(amounts[index], currency), total: Money(totals[index], currency)),
                discount: Money(discounts[index], currency))
        }
    }

    private static func payment(_ row: PostgresRow, _ currency: Currency, total: Money) throws -> Payment? {
        guard let id: Payment.ID = try row["payment_id"] else { return nil }
        return Payment(
            id: id, status: try row["payment_status"], amount: total, providerID: try row["provider_intent_id"],
            attempt: try row["attempt"],
            method: try row["method"], declineCode: try row["decline_code"], clientSecret: try row["client_secret"],
            captured: Money(try row["captured_amount"], currency),
            authorized: try (row["authorized_amount"] as Int64?).map { Money($0, currency) }, card: try card(row))
    }

    private static func card(_ row: PostgresRow) throws -> CardSummary? {
        guard let brand: String = try row["card_brand"], let lastFour: String = try row["card_last_four"] else {
            return nil
        }
        return CardSummary(brand: brand, lastFour: lastFour)
    }

    private struct StoredRefund: Decodable {
        let id: String
        let amount: Int64
        let status: RefundStatus
        let items: [RefundRow.StoredItem]?
        let created_at: Double
        let settled_at: Double?
    }

    private static func refunds(_ json: String, _ currency: Currency) throws -> [OrderRefund] {
        try JSONCoder.decode([StoredRefund].self, from: json).map { stored in
            guard let id = Refund.ID(stored.id) else { throw StorageError.corrupt("a refund has an id that is none") }
            return OrderRefund(
                id: id, amount: Money(stored.amount, currency), status: stored.status,
                items: try RefundRow.pieces(stored.items ?? []),
                createdAt: Date(timeIntervalSince1970: stored.created_at),
                settledAt: stored.settled_at.map { Date(timeIntervalSince1970: $0) })
        }
    }

    private struct StoredDiscount: Decodable {
        let id: String
        let code: String?
        let title: String
        let amount: Int64
        let shipping: Bool
    }

    private static func discounts(_ json: String, _ currency: Currency) throws -> [AppliedDiscount] {
        try JSONCoder.decode([StoredDiscount].self, from: json).map { stored in
            guard let id = Discount.ID(stored.id) else {
                throw StorageError.corrupt("a discount has an id that is none")
            }
            return AppliedDiscount(
                id: id, code: stored.code.flatMap { DiscountCode(rawValue: $0) }, title: stored.title,
                amount: Money(stored.amount, currency), isForShipping: stored.shipping)
        }
    }

    private static func rate(_ row: PostgresRow) throws -> AppliedRate? {
        guard let set: RateSet.ID = try row["rate_set_id"] else { return nil }
        return AppliedRate(
            setID: set, base: try row["rate_base"], value: try row["rate"], margin: try row["rate_margin"],
            date: try row["rate_date"],
            source: try row["rate_source"])
    }
}
