package import Domain
import Postgres

/// What a caller wants shipped.
package struct ShipmentRequest: Hashable, Sendable {
    /// Pieces of one line of the order.
    package struct Item: Hashable, Sendable {
        package let productID: Product.ID
        /// Number of pieces; above zero.
        package let quantity: Int

        package init(productID: Product.ID, quantity: Int) {
            self.productID = productID
            self.quantity = quantity
        }
    }

    /// Of which order.
    package var orderID: Order.ID
    /// The pieces, each product once. All that is left to ship when empty.
    package var items: [Item]
    package var tracking: ShipmentTracking
    /// The client's idempotency key, 1 to 255 characters. The same key asks for the same shipment.
    package var key: String
    /// Who ships it.
    package var actor: AuditActor
    /// Where the request came from, as the API saw it.
    package var remoteAddress: String?

    package init(
        orderID: Order.ID, items: [Item] = [], tracking: ShipmentTracking = ShipmentTracking(), key: String,
        actor: AuditActor, remoteAddress: String? = nil
    ) {
        self.orderID = orderID
        self.items = items
        self.tracking = tracking
        self.key = key
        self.actor = actor
        self.remoteAddress = remoteAddress
    }

    /// Everything that decides what is shipped and how, in one spelling. Only its digest is kept.
    var spelling: String {
        let pieces = items.map { "\($0.productID)=\($0.quantity)" }.sorted()
        let parts = pieces + [tracking.carrier, tracking.number, tracking.url].map { $0.map { "+\($0)" } ?? "-" }
        return parts.joined(separator: "\n")
    }
}

/// What became of a request to ship goods. Only `shipped` changed anything.
package enum ShipmentOutcome: Hashable, Sendable {
    /// It is recorded, and so is the email to the customer.
    case shipped(Shipment)
    /// This key recorded this shipment before. The shipment as it is now.
    case replayed(Shipment)
    /// This key asked for another shipment before.
    case keyReused
    /// The order has no line of this product.
    case unknownItem(Product.ID)
    /// So few pieces of this product are left that are neither shipped nor refunded.
    case tooManyPieces(Product.ID, left: Int)
    /// Every piece is shipped or refunded.
    case nothingLeft
    /// An order has so many shipments at most.
    case tooManyShipments(limit: Int)
    /// The money is authorized and has to be captured first.
    case notCaptured
    /// All that was paid is refunded or being refunded.
    case beingRefunded
    /// The order is not paid, or is canceled or refunded, or is being canceled.
    case notShippable(OrderStatus)
    /// There is no such order.
    case unknownOrder
}

/// Which pieces a shipment holds: decided from locked rows.
struct ShipmentPlan: Sendable {
    /// Why there is none.
    struct Refusal: Error {
        let outcome: ShipmentOutcome
    }

    /// The most shipments that one order has.
    static let maximum = 100

    let items: [Shipment.Item]

    /// Never more of a line than was bought and is neither shipped nor refunded.
    static func of(
        _ request: ShipmentRequest, _ entry: LockedOrders.Entry, refunds: [Refund], lines: [OrderItem],
        shipments: [Shipment]
    ) throws -> Result<ShipmentPlan, Refusal> {
        if let refusal = try refusal(of: entry, refunds) { return .failure(Refusal(outcome: refusal)) }
        guard shipments.count < maximum else {
            return .failure(Refusal(outcome: .tooManyShipments(limit: maximum)))
        }
        var left: [SKU: Int] = [:]
        for line in lines { left[line.sku, default: 0] += line.quantity.rawValue }
        for item in refunds.filter(\.status.isLive).flatMap(\.items) { left[item.sku, default: 0] -= item.quantity }
        for item in shipments.flatMap(\.items) { left[item.sku, default: 0] -= item.quantity }
        var items: [Shipment.Item] = []
        if request.items.isEmpty {
            for line in lines where !items.contains(where: { $0.sku == line.sku }) {
                let pieces = left[line.sku, default: 0]
                if pieces > 0 {
                    items.append(Shipment.Item(productID: line.productID, sku: line.sku, quantity: pieces))
                }
            }
            if items.isEmpty { return .failure(Refusal(outcome: .nothingLeft)) }
        }
        for item in request.items {
            guard let line = lines.first(where: { $0.productID == item.productID }) else {
                return .failure(Refusal(outcome: .unknownItem(item.productID)))
            }
            let pieces = max(0, left[line.sku, default: 0])
            guard item.quantity > 0, item.quantity <= pieces else {
                return .failure(Refusal(outcome: .tooManyPieces(item.productID, left: pieces)))
            }
            left[line.sku] = pieces - item.quantity
            items.append(Shipment.Item(productID: line.productID, sku: line.sku, quantity: item.quantity))
        }
        return .success(ShipmentPlan(items: items))
    }

    /// Goods are shipped once they are paid, and stay where they are when their money is refunded.
    private static func refusal(of entry: LockedOrders.Entry, _ refunds: [Refund]) throws -> ShipmentOutcome? {
        let status = entry.facts.status
        guard status == .confirmed || status == .partiallyRefunded, !entry.isCancelRequested else {
            return .notShippable(status)
        }
        switch entry.facts.paymentStatus {
        case .notRequired: return nil
        case .authorized: return .notCaptured
        case .captured, .partiallyRefunded:
            let left = try RefundSum(captured: entry.captured, refunds: refunds.map { ($0.amount, $0.status) })
                .refundable
            return left.amount > 0 ? nil : .beingRefunded
        case .created, .confirming, .requiresAction, .processing, .failed, .canceled, .refunded:
            return .notShippable(status)
        }
    }
}
