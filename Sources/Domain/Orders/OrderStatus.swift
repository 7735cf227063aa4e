/// Where an order stands in its life.
package enum OrderStatus: String, Codable, Lifecycle {
    /// Accepted; the worker has not set stock aside yet.
    case pending
    /// Stock is set aside until `reserved_until`; the payment runs or waits for the customer.
    case reserved
    /// Paid or authorised; stock has left. The confirmation mail is on its way.
    case confirmed
    /// There was too little stock, or the payment provider refuses the payment for good. Nothing was charged.
    case rejected
    /// The payment was declined. Stock stays set aside until `reserved_until`, so another card may be tried.
    case paymentFailed = "payment_failed"
    /// The time to pay ran out; stock was given back.
    case expired
    /// Called off by the customer, an operator or a newer order of the same cart.
    case cancelled
    /// Part of the money went back.
    case partiallyRefunded = "partially_refunded"
    /// All of the money went back.
    case refunded

    /// The table of allowed transitions. What is not listed here does not happen, whatever arrives in whatever order.
    package static let transitions: [OrderStatus: Set<OrderStatus>] = [
        .pending: [.reserved, .rejected, .cancelled, .expired],
        .reserved: [.confirmed, .paymentFailed, .rejected, .expired, .cancelled],
        .paymentFailed: [.reserved, .confirmed, .rejected, .expired, .cancelled],
        .confirmed: [.cancelled, .partiallyRefunded, .refunded],
        // A refund may fail after it succeeded, and then the money is the shop's again.
        .partiallyRefunded: [.cancelled, .confirmed, .refunded],
        .refunded: [.confirmed, .partiallyRefunded],
        .rejected: [], .expired: [], .cancelled: [],
    ]

    package static let beginnings: Set = [OrderStatus.pending]

    /// Whether the order may still take money or stock: a cart has at most one such order.
    package var isOpen: Bool {
        switch self {
        case .pending, .reserved, .paymentFailed: true
        case .confirmed, .rejected, .expired, .cancelled, .partiallyRefunded, .refunded: false
        }
    }

    /// Whether the customer's goods are or were paid for.
    package var isPaid: Bool {
        switch self {
        case .confirmed, .partiallyRefunded, .refunded: true
        case .pending, .reserved, .rejected, .paymentFailed, .expired, .cancelled: false
        }
    }

    /// Whether somebody who waits for the outcome has one: the order is through, or it is the customer's turn.
    package var isOutcome: Bool { self != .pending && self != .reserved }
}

/// Whether the goods of an order have left the house.
package enum FulfillmentStatus: String, Hashable, Codable, Sendable, CaseIterable {
    /// Nothing was sent.
    case unfulfilled
    /// Everything was sent.
    case fulfilled
}
