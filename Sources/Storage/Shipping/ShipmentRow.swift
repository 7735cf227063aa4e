import Domain
import FoundationEssentials
import JSON
import Postgres

/// Rows of `shipments`, and what they say of their orders.
enum ShipmentRow {
    /// All shipments of the order `o` as JSON, first one first; null when there are none.
    static let list = """
        (SELECT jsonb_agg(jsonb_build_object('id', s.id, 'carrier', s.carrier, 'number', s.tracking_number,
                                             'url', s.tracking_url, 'items', i.items,
                                             'shipped_at', extract(epoch FROM s.shipped_at),
                                             'delivered_at', extract(epoch FROM s.delivered_at))
                          ORDER BY s.shipped_at, s.id)
           FROM shipments AS s
           LEFT JOIN LATERAL (SELECT jsonb_agg(jsonb_build_object('sku', sku, 'product_id', product_id,
                                                                  'quantity', quantity) ORDER BY sku) AS items
                                FROM shipment_items WHERE shipment_id = s.id) AS i ON true
          WHERE s.order_id = o.id)::text
        """

    private struct Stored: Decodable {
        struct Item: Decodable {
            let sku: String
            let product_id: String
            let quantity: Int
        }

        let id: String
        let carrier: String?
        let number: String?
        let url: String?
        let items: [Item]?
        let shipped_at: Double
        let delivered_at: Double?
    }

    /// Reads the list.
    static func shipments(_ json: String?) throws -> [Shipment] {
        guard let json else { return [] }
        return try JSONCoder.decode([Stored].self, from: json).map { stored in
            guard let id = Shipment.ID(stored.id) else {
                throw StorageError.corrupt("a shipment has an id that is none")
            }
            return Shipment(
                id: id, items: try (stored.items ?? []).map(item),
                tracking: ShipmentTracking(carrier: stored.carrier, number: stored.number, url: stored.url),
                shippedAt: Date(timeIntervalSince1970: stored.shipped_at),
                deliveredAt: stored.delivered_at.map { Date(timeIntervalSince1970: $0) })
        }
    }

    private static func item(_ stored: Stored.Item) throws -> Shipment.Item {
        guard let productID = Product.ID(stored.product_id), let sku = try? SKU(stored.sku) else {
            throw StorageError.corrupt("a shipment names a product that is none")
        }
        return Shipment.Item(productID: productID, sku: sku, quantity: stored.quantity)
    }

    /// The shipments of an order, first one first.
    static func reading(of orderID: Order.ID) -> Query<[Shipment]> {
        Query.firstRow("SELECT \(raw: list) AS shipments FROM orders AS o WHERE o.id = \(orderID)") {
            try shipments($0["shipments"])
        }.map { $0 ?? [] }
    }

    /// How many pieces of what, for people.
    static func text(_ items: [Shipment.Item]) -> String {
        items.map { "\($0.quantity) × \($0.sku)" }.joined(separator: "; ")
    }
}

/// How much of an order is shipped, made from its lines, its shipments and the pieces that are refunded.
enum Fulfillment {
    /// `order_id, status` of the orders that fit a condition on `o`. Pieces that are refunded are not shipped any more,
    /// so an order is fulfilled when all others are.
    static func computed(where condition: SQL) -> SQL {
        """
        SELECT l.order_id,
               CASE WHEN sum(coalesce(s.pieces, 0)) = 0 THEN 'unfulfilled'
                    WHEN bool_or(coalesce(s.pieces, 0) < l.pieces - coalesce(r.pieces, 0)) THEN 'partially_fulfilled'
                    ELSE 'fulfilled' END AS status
          FROM (SELECT i.order_id, i.sku, sum(i.quantity) AS pieces
                  FROM orders AS o JOIN order_items AS i ON i.order_id = o.id
                 WHERE \(condition) GROUP BY i.order_id, i.sku) AS l
          LEFT JOIN LATERAL (SELECT sum(i.quantity) AS pieces
                               FROM shipments AS p JOIN shipment_items AS i ON i.shipment_id = p.id
                              WHERE p.order_id = l.order_id AND i.sku = l.sku) AS s ON true
          LEFT JOIN LATERAL (SELECT sum(i.quantity) AS pieces
                               FROM refunds AS f JOIN refund_items AS i ON i.refund_id = f.id
                              WHERE f.order_id = l.order_id AND f.status NOT IN ('failed', 'canceled')
                                AND i.sku = l.sku) AS r ON true
         GROUP BY l.order_id
        """
    }

    /// Makes the order say what its rows say, after they changed. The caller holds the order's lock.
    static func update(_ orderID: Order.ID) -> SQL {
        """
        UPDATE orders SET fulfillment_status = f.status
          FROM (\(computed(where: "o.id = \(orderID)"))) AS f
         WHERE orders.id = f.order_id AND orders.fulfillment_status <> f.status
        """
    }
}
