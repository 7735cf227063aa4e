package import Domain
import FoundationEssentials

/// A discount as a purchase has it.
package struct AppliedDiscountDocument: Encodable {
    private let title: String
    private let code: String?
    private let amount: Money
    private let isForShipping: Bool

    package init(_ discount: AppliedDiscount) {
        title = discount.title
        code = discount.code?.rawValue
        amount = discount.amount
        isForShipping = discount.isForShipping
    }

    private enum CodingKeys: String, CodingKey {
        case title, code, amount
        case isForShipping = "free_shipping"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(title, forKey: .title)
        try container.encode(code, forKey: .code)
        try container.encode(amount, forKey: .amount)
        try container.encode(isForShipping, forKey: .isForShipping)
    }
}

/// An order as its owner sees it.
package struct OrderDocument: Encodable {
    private struct Item: Encodable {
        let productID: String
        let sku: String
        let name: String
        let quantity: Int
        let unitPrice: Money
        let total: Money
        let discount: Money

        enum CodingKeys: String, CodingKey {
            case productID = "product_id"
            case sku, name, quantity, total, discount
            case unitPrice = "unit_price"
        }
    }

    private struct Rate: Encodable {
        let base: String
        let value: String
        let marginPercent: String
        let date: String
        let source: String

        enum CodingKeys: String, CodingKey {
            case base, value, date, source
            case marginPercent = "margin_percent"
        }
    }

    private struct Card: Encodable {
        let brand: String
        let last4: String
    }

    /// A refund, as the buyer sees it.
    private struct BuyersRefund: Encodable {
        struct Item: Encodable {
            let productID: String
            let sku: String
            let quantity: Int

            enum CodingKeys: String, CodingKey {
                case productID = "product_id"
                case sku, quantity
            }
        }

        let id: Refund.ID
        let amount: Money
        let status: RefundStatus
        let items: [Item]
        let createdAt: Date
        let settledAt: Date?

        enum CodingKeys: String, CodingKey {
            case id, amount, status, items
            case createdAt = "created_at"
            case settledAt = "settled_at"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(id, forKey: .id)
            try container.encode(amount, forKey: .amount)
            try container.encode(status, forKey: .status)
            try container.encode(items, forKey: .items)
            try container.encode(createdAt, forKey: .createdAt)
            try container.encode(settledAt, forKey: .settledAt)
        }
    }

    private struct PaymentBody: Encodable {
        let status: String
        let providerID: String?
        let declineCode: String?
        /// What was taken, which can be less than the total.
        let captured: Money
        /// What is held and not taken yet.
        let authorized: Money?
        let card: Card?
        /// Lets the customer's browser finish the payment; there only while the bank wants to see the customer.
        let clientSecret: String?

        enum CodingKeys: String, CodingKey {
            case status, captured, authorized, card
            case providerID = "provider_id"
            case declineCode = "decline_code"
            case clientSecret = "client_secret"
        }
    }

    private struct Waiting: Encodable {
        let reason: String
        let position: Int?
        let estimatedSeconds: Int?

        enum CodingKeys: String, CodingKey {
            case reason, position
            case estimatedSeconds = "estimated_seconds"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(reason, forKey: .reason)
            try container.encode(position, forKey: .position)
            try container.encode(estimatedSeconds, forKey: .estimatedSeconds)
        }
    }

    private let order: Order
    private let waiting: OrderWaiting?
    private let showsSecret: Bool

    /// - Parameters:
    ///   - waiting: what it waits for, where that was looked for.
    ///   - showsSecret: whether this is for the order's owner, the only one who may finish the payment. Staff are shown
    ///     more of refunds than the owner is, beside this.
    package init(_ order: Order, waiting: OrderWaiting? = nil, showsSecret: Bool = true) {
        self.order = order
        self.waiting = waiting
        self.showsSecret = showsSecret
    }

    private enum CodingKeys: String, CodingKey {
        case id, number, status, items, subtotal, discount, discounts, shipping, tax, total, refunded, currency, rate,
            payment,
            language, waiting,
            refunds, shipments
        case fulfillmentStatus = "fulfillment_status"
        case rejectionReason = "rejection_reason"
        case shippingMethod = "shipping_method"
        case shippingAddress = "shipping_address"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case confirmedAt = "confirmed_at"
        case expiresAt = "expires_at"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(order.id, forKey: .id)
        try container.encode(order.number, forKey: .number)
        try container.encode(order.status.rawValue, forKey: .status)
        try container.encode(order.fulfillment.rawValue, forKey: .fulfillmentStatus)
        try container.encode(items, forKey: .items)
        try container.encode(order.totals.subtotal, forKey: .subtotal)
        try container.encode(order.totals.discount, forKey: .discount)
        try container.encode(order.discounts.map(AppliedDiscountDocument.init), forKey: .discounts)
        try container.encode(order.totals.shipping, forKey: .shipping)
        try container.encode(
            order.shippingMethod.map { ["code": $0.code.rawValue, "name": $0.name] }, forKey: .shippingMethod)
        try container.encode(order.totals.tax, forKey: .tax)
        try container.encode(order.totals.total, forKey: .total)
        try container.encode(order.refunded, forKey: .refunded)
        try container.encode(order.currency, forKey: .currency)
        try container.encode(rate, forKey: .rate)
        try container.encode(order.language, forKey: .language)
        try container.encode(payment, forKey: .payment)
        try container.encodeIfPresent(
            waiting.map {
                Waiting(reason: $0.reason.rawValue, position: $0.position, estimatedSeconds: $0.estimatedSeconds)
            },
            forKey: .waiting)
        try container.encodeIfPresent(order.rejectionReason, forKey: .rejectionReason)
        try container.encode(order.shippingAddress, forKey: .shippingAddress)
        try container.encode(order.createdAt, forKey: .createdAt)
        try container.encode(order.updatedAt, forKey: .updatedAt)
        try container.encode(order.confirmedAt, forKey: .confirmedAt)
        try container.encode(order.reservedUntil, forKey: .expiresAt)
        try container.encode(order.shipments.map(ShipmentDocument.init), forKey: .shipments)
        if showsSecret { try container.encode(refunds, forKey: .refunds) }
    }

    private var refunds: [BuyersRefund] {
        order.refunds.map { refund in
            BuyersRefund(
                id: refund.id, amount: refund.amount, status: refund.status,
                items: refund.items.map {
                    .init(productID: $0.productID.description, sku: $0.sku.rawValue, quantity: $0.quantity)
                },
                createdAt: refund.createdAt, settledAt: refund.settledAt)
        }
    }

    private var items: [Item] {
        order.items.map {
            Item(
                productID: $0.productID.description, sku: $0.sku.rawValue, name: $0.name,
                quantity: $0.quantity.rawValue,
                unitPrice: $0.unitPrice, total: $0.total, discount: $0.discount)
        }
    }

    private var rate: Rate? {
        order.rate.map {
            Rate(
                base: $0.base.code, value: $0.value.description, marginPercent: $0.margin.description,
                date: $0.date.description,
                source: $0.source)
        }
    }

    private var payment: PaymentBody? {
        order.payment.map {
            PaymentBody(
                status: $0.status.rawValue, providerID: $0.providerID, declineCode: $0.declineCode,
                captured: $0.captured, authorized: $0.status == .authorized ? $0.authorized : nil,
                card: $0.card.map { Card(brand: $0.brand, last4: $0.lastFour) },
                clientSecret: showsSecret && $0.status == .requiresAction ? $0.clientSecret : nil)
        }
    }
}

/// An order as staff see it: with what was refunded and why, what became of its emails and what staff noted, and
/// without the secret that only its customer may have.
package struct StaffOrderDocument: Encodable {
    private let order: Order
    private let refunds: [Refund]
    private let disputes: [DisputeRecord]
    private let emails: [OrderEmail]
    private let notes: [OrderNote]
    private let waiting: OrderWaiting?

    package init(
        _ order: Order, refunds: [Refund], disputes: [DisputeRecord], emails: [OrderEmail], notes: [OrderNote],
        waiting: OrderWaiting? = nil
    ) {
        self.order = order
        self.refunds = refunds
        self.disputes = disputes
        self.emails = emails
        self.notes = notes
        self.waiting = waiting
    }

    private enum CodingKeys: String, CodingKey {
        case refunds, disputes
        case emails, notes
        case userID = "user_id"
    }

    package func encode(to encoder: any Encoder) throws {
        try OrderDocument(order, waiting: waiting, showsSecret: false).encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(order.userID, forKey: .userID)
        try container.encode(RefundDocument.all(refunds, at: order.rate), forKey: .refunds)
        try container.encode(disputes.map(DisputeDocument.init), forKey: .disputes)
        try container.encode(emails.map(EmailDocument.init), forKey: .emails)
        try container.encode(notes.map(OrderNoteDocument.init), forKey: .notes)
    }
}
