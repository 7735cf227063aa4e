package import FoundationEssentials

/// Money that is refunded to a customer: a row that is committed before the provider is asked.
package struct Refund: Hashable, Sendable {
    /// A refund's id. The idempotency key at the provider is made from it.
    package typealias ID = Identifier<Refund>

    package let id: ID
    package let orderID: Order.ID
    /// The payment that is refunded.
    package let paymentID: Payment.ID
    /// How much, in the order's currency.
    package let amount: Money
    package let reason: RefundReason
    package let status: RefundStatus
    /// The provider's id, once it has one.
    package let providerID: ProviderRefund.ID?
    /// Why it came to nothing, in the provider's words.
    package let failureReason: String?
    /// Who made it.
    package let source: RefundSource
    /// The pieces it is for, where it names any.
    package let items: [RefundItem]
    /// Whether it was asked for as all that is left, so that it follows when less turns out to be left than was known.
    package let takesTheRest: Bool
    /// Whether the goods came back and can be sold again, all of them or those that ``items`` say.
    package let restock: Bool
    /// When it was asked for.
    package let createdAt: Date
    /// When it succeeded, failed or was canceled.
    package let settledAt: Date?

    /// Puts a refund together from stored parts.
    package init(
        id: ID, orderID: Order.ID, paymentID: Payment.ID, amount: Money, reason: RefundReason, status: RefundStatus,
        providerID: ProviderRefund.ID?, failureReason: String?, restock: Bool, createdAt: Date, settledAt: Date?,
        source: RefundSource = .shop, items: [RefundItem] = [], takesTheRest: Bool = false
    ) {
        self.id = id
        self.orderID = orderID
        self.paymentID = paymentID
        self.amount = amount
        self.reason = reason
        self.status = status
        self.providerID = providerID
        self.failureReason = failureReason
        self.restock = restock || items.contains(where: \.restock)
        self.source = source
        self.items = items
        self.takesTheRest = takesTheRest
        self.createdAt = createdAt
        self.settledAt = settledAt
    }
}

/// Who made a refund. The raw values are stored and shown; they never change.
package enum RefundSource: String, Hashable, Codable, Sendable, CaseIterable {
    /// This shop, because a customer or an operator asked for it here.
    case shop
    /// Another person or program with access to the account at the provider. The shop learns of it when it is made.
    case provider
}

/// Pieces of one line of an order that a refund is for.
package struct RefundItem: Hashable, Codable, Sendable {
    package let productID: Product.ID
    /// What the warehouse counts.
    package let sku: SKU
    package let quantity: Int
    /// Whether they go back on the shelf once the refund stands.
    package let restock: Bool
    /// How many pieces this refund has put back on the shelf.
    package let restocked: Int

    package init(productID: Product.ID, sku: SKU, quantity: Int, restock: Bool, restocked: Int = 0) {
        self.productID = productID
        self.sku = sku
        self.quantity = quantity
        self.restock = restock
        self.restocked = restocked
    }
}

extension Refund {
    /// The same refund where it stands elsewhere.
    package func becoming(_ status: RefundStatus) -> Refund {
        Refund(
            id: id, orderID: orderID, paymentID: paymentID, amount: amount, reason: reason, status: status,
            providerID: providerID,
            failureReason: failureReason, restock: restock, createdAt: createdAt, settledAt: settledAt, source: source,
            items: items,
            takesTheRest: takesTheRest)
    }
}

/// Where money that is refunded stands.
package enum RefundStatus: String, Codable, Lifecycle {
    /// Noted; the provider may not know of it.
    case requested
    /// The provider has it and has not settled it yet.
    case pending
    /// The money is on its way to the customer.
    case succeeded
    /// The provider could not make it, or the customer's bank returned it: the money is the shop's.
    case failed
    /// Canceled at the provider before money moved.
    case canceled

    /// The table of allowed transitions. A bank may send a refund back days after it succeeded.
    package static let transitions: [RefundStatus: Set<RefundStatus>] = [
        .requested: [.pending, .succeeded, .failed, .canceled],
        .pending: [.succeeded, .failed, .canceled],
        .succeeded: [.failed],
        .failed: [], .canceled: [],
    ]

    package static let beginnings: Set = [RefundStatus.requested, .pending]

    /// Whether it takes part of what was captured, so that no other refund can take the same money.
    package var isLive: Bool { self != .failed && self != .canceled }

    /// Whether the job that makes it has nothing left to do.
    package var isSettled: Bool { self != .requested && self != .pending }
}

/// Why money is refunded.
package enum RefundReason: String, Hashable, Codable, Sendable, CaseIterable {
    /// The customer asked for it.
    case requestedByCustomer = "requested_by_customer"
    /// The same thing was paid twice.
    case duplicate
    /// The card was not the customer's to use.
    case fraudulent
    /// The order was canceled after it was paid.
    case orderCanceled = "order_canceled"
    /// The money moved when the order was over already.
    case latePayment = "late_payment"
    /// The money moved for an order that is not known here.
    case orderUnknown = "order_unknown"
    /// An operator at the provider's own pages, or another program, refunded the money and did not say why.
    case madeAtProvider = "made_at_provider"

    /// Whether a person may give it; the others are the system's own.
    package var isForPeople: Bool {
        switch self {
        case .requestedByCustomer, .duplicate, .fraudulent: true
        case .orderCanceled, .latePayment, .orderUnknown, .madeAtProvider: false
        }
    }
}

/// What a refund is made from.
package struct ProviderRefundRequest: Sendable, Hashable {
    /// Our refund. Written into the provider's, so that the two can be joined whatever we have lost.
    package let refundID: Refund.ID
    /// The order it belongs to, written into it as well.
    package let orderID: Order.ID
    /// This shop, written into it as well: several may share an account.
    package let shop: String?
    /// The intent that is refunded.
    package let intentID: PaymentIntent.ID
    package let amount: Money
    package let reason: RefundReason
    /// Names this call, so that repeating it gives the same refund.
    package let key: IdempotencyKey

    package init(
        refundID: Refund.ID, orderID: Order.ID, shop: String? = nil, intentID: PaymentIntent.ID, amount: Money,
        reason: RefundReason,
        key: IdempotencyKey
    ) {
        self.refundID = refundID
        self.orderID = orderID
        self.shop = shop
        self.intentID = intentID
        self.amount = amount
        self.reason = reason
        self.key = key
    }
}
