package import FoundationEssentials

/// Goods of an order that went out together.
package struct Shipment: Hashable, Sendable {
    package typealias ID = Identifier<Shipment>

    /// Pieces of one line of the order.
    package struct Item: Hashable, Sendable {
        package let productID: Product.ID
        /// What the warehouse counts.
        package let sku: SKU
        /// Number of pieces; above zero.
        package let quantity: Int

        package init(productID: Product.ID, sku: SKU, quantity: Int) {
            self.productID = productID
            self.sku = sku
            self.quantity = quantity
        }
    }

    package let id: ID
    /// What is in it, by SKU.
    package let items: [Item]
    /// How to follow it.
    package let tracking: ShipmentTracking
    /// When it was handed to the carrier.
    package let shippedAt: Date
    /// When it arrived, once known.
    package let deliveredAt: Date?

    /// Puts it together from stored parts.
    package init(id: ID, items: [Item], tracking: ShipmentTracking, shippedAt: Date, deliveredAt: Date?) {
        self.id = id
        self.items = items
        self.tracking = tracking
        self.shippedAt = shippedAt
        self.deliveredAt = deliveredAt
    }
}

/// How a shipment is followed on its way.
package struct ShipmentTracking: Hashable, Sendable {
    /// Who carries it: 1 to 100 characters.
    package var carrier: String?
    /// The carrier's number: 1 to 100 letters, digits, spaces and hyphens.
    package var number: String?
    /// The carrier's page about it. The customer's email has it as a link.
    package var url: String?

    package init(carrier: String? = nil, number: String? = nil, url: String? = nil) {
        self.carrier = carrier
        self.number = number
        self.url = url
    }

    /// Whether a text can be a carrier's number of a shipment.
    package static func isNumber(_ text: String) -> Bool {
        (1...100).contains(text.utf8.count) && text.first != " " && text.last != " "
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: " "):
                    true
                default: false
                }
            }
    }

    /// Whether a text can be the address of a page that an email may link: HTTP, with a host and no user, in the
    /// characters of RFC 3986.
    package static func isURL(_ text: String) -> Bool {
        guard (1...500).contains(text.utf8.count),
            let scheme = ["https://", "http://"].first(where: { text.lowercased().hasPrefix($0) })
        else { return false }
        let rest = text.dropFirst(scheme.count)
        let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return host.first.map { $0.isASCII && ($0.isLetter || $0.isNumber) } ?? false
            && host.utf8.allSatisfy { isHostByte($0) }
            && rest.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"<>\\^`{|}".utf8.contains($0) }
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"):
            true
        default: false
        }
    }
}

/// What staff tell each other about an order. Its customer never sees it.
package struct OrderNote: Hashable, Sendable {
    package typealias ID = Identifier<OrderNote>

    /// How long one may be, in code points.
    package static let length = 1...2000

    package let id: ID
    /// Who wrote it: `user:<id>` or `system:<name>`.
    package let author: String
    package let text: String
    package let createdAt: Date

    /// Puts it together from stored parts.
    package init(id: ID, author: String, text: String, createdAt: Date) {
        self.id = id
        self.author = author
        self.text = text
        self.createdAt = createdAt
    }
}
