package import Domain

/// Goods of an order on their way, as customers and staff see them.
package struct ShipmentDocument: Encodable {
    private let shipment: Shipment

    package init(_ shipment: Shipment) { self.shipment = shipment }

    private struct Item: Encodable {
        let productID: Product.ID
        let sku: String
        let quantity: Int

        enum CodingKeys: String, CodingKey {
            case productID = "product_id"
            case sku, quantity
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id, carrier, items
        case trackingNumber = "tracking_number"
        case trackingURL = "tracking_url"
        case shippedAt = "shipped_at"
        case deliveredAt = "delivered_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(shipment.id, forKey: .id)
        try container.encode(shipment.tracking.carrier, forKey: .carrier)
        try container.encode(shipment.tracking.number, forKey: .trackingNumber)
        try container.encode(shipment.tracking.url, forKey: .trackingURL)
        let items = shipment.items.map {
            Item(productID: $0.productID, sku: $0.sku.rawValue, quantity: $0.quantity)
        }
        try container.encode(items, forKey: .items)
        try container.encode(shipment.shippedAt, forKey: .shippedAt)
        try container.encode(shipment.deliveredAt, forKey: .deliveredAt)
    }
}

/// What staff tell each other about an order, for staff.
package struct OrderNoteDocument: Encodable {
    private let note: OrderNote

    package init(_ note: OrderNote) { self.note = note }

    private enum CodingKeys: String, CodingKey {
        case id, author, text
        case createdAt = "created_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(note.id, forKey: .id)
        try container.encode(note.author, forKey: .author)
        try container.encode(note.text, forKey: .text)
        try container.encode(note.createdAt, forKey: .createdAt)
    }
}
