/// Where an order stands in its life.
package enum OrderStatus: String, Codable, Lifecycle {
    /// Accepted; the worker has not reserved stock yet.
    case pending
    /// Stock is reserved until `reserved_until`; the payment runs or waits for the customer.
    case reserved
    /// Paid or authorized; stock is consumed. The confirmation email is on its way.
    case confirmed
    /// There was too little stock, or the payment provider refuses the payment for good. Nothing was charged.
    case rejected
    /// The payment was declined. Stock stays reserved until `reserved_until`, so another card may be tried.
    case paymentFailed = "payment_failed"
    /// The time to pay ran out; stock was released.
    case expired
    /// Canceled by the customer, an operator or a newer order of the same cart.
    case canceled
    /// A part of the money was refunded.
    case partiallyRefunded = "partially_refunded"
    /// All of the money was refunded.
    case refunded

    /// The table of allowed transitions. What is not listed here does not happen, whatever arrives in whatever order.
    package static let transitions: [OrderStatus: Set<OrderStatus>] = [
        .pending: [.reserved, .rejected, .canceled, .expired],
        .reserved: [.confirmed, .paymentFailed, .rejected, .expired, .canceled],
        .paymentFailed: [.reserved, .confirmed, .rejected, .expired, .canceled],
        .confirmed: [.canceled, .partiallyRefunded, .refunded],
        // A refund may fail after it succeeded, and then the money is the shop's again.
        .partiallyRefunded: [.canceled, .confirmed, .refunded],
        .refunded: [.confirmed, .partiallyRefunded],
        .rejected: [], .expired: [], .canceled: [],
    ]

    package static let beginnings: Set = [OrderStatus.pending]

    /// Whether the order may still take money or stock: a cart has at most one such order.
    package var isOpen: Bool {
        switch self {
        case .pending, .reserved, .paymentFailed: true
        case .confirmed, .rejected, .expired, .canceled, .partiallyRefunded, .refunded: false
        }
    }

    /// Whether the customer's goods are or were paid for.
    package var isPaid: Bool {
        switch self {
        case .confirmed, .partiallyRefunded, .refunded: true
        case .pending, .reserved, .rejected, .paymentFailed, .expired, .canceled: false
        }
    }

    /// Whether a client that waits for the outcome has one: the order is through, or it is the customer's turn.
    package var isOutcome: Bool { self != .pending && self != .reserved }
}

/// Whether the goods of an order are shipped.
package enum FulfillmentStatus: String, Hashable, Codable, Sendable, CaseIterable {
    /// Nothing is shipped.
    case unfulfilled
    /// A part is shipped, and a part is left.
    case partiallyFulfilled = "partially_fulfilled"
    /// Everything is shipped but what was refunded.
    case fulfilled
}
