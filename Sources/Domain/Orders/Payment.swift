/// What is known here about the money of an order.
package struct Payment: Hashable, Sendable {
    /// A payment's id. Idempotency keys at the provider are made from it.
    package typealias ID = Identifier<Payment>

    package let id: ID
    package let status: PaymentStatus
    /// What is charged.
    package let amount: Money
    /// What was taken, which can be less than ``amount``. Refunds add up to this at most.
    package let captured: Money
    /// What is held until it is captured or voided, which can be less than ``amount``.
    package let authorized: Money
    /// The card that was charged, once known.
    package let card: CardSummary?
    /// The provider's id of its intent, once stored.
    package let providerID: String?
    /// How many times a payment method was tried, counting the present one. 0 before the first.
    package let attempt: Int
    /// The payment method of the present attempt, as the provider names it.
    package let method: String
    /// Why the last attempt was declined, in the provider's words: `insufficient_funds`, `generic_decline`…
    package let declineCode: String?
    /// Lets the customer's browser finish the payment; only while `requiresAction`, only for the order's owner.
    package let clientSecret: String?

    /// Puts a payment together from stored parts.
    package init(
        id: ID, status: PaymentStatus, amount: Money, providerID: String?, attempt: Int, method: String,
        declineCode: String?,
        clientSecret: String?, captured: Money? = nil, authorized: Money? = nil, card: CardSummary? = nil
    ) {
        self.id = id
        self.status = status
        self.amount = amount
        self.captured = captured ?? .zero(amount.currency)
        self.authorized = authorized ?? .zero(amount.currency)
        self.card = card
        self.providerID = providerID
        self.attempt = attempt
        self.method = method
        self.declineCode = declineCode
        self.clientSecret = clientSecret
    }
}

/// Where a payment stands. The states mirror the provider's, with `created` and `confirming` before money can move.
package enum PaymentStatus: String, Codable, Lifecycle {
    /// The order costs nothing: the provider is never asked, and no money ever moves.
    case notRequired = "not_required"
    /// The row exists; the provider may not know of it.
    case created
    /// The provider's intent is stored; it is being confirmed.
    case confirming
    /// The customer has to do something, such as approve the payment at the bank.
    case requiresAction = "requires_action"
    /// The provider has it and has not decided.
    case processing
    /// The last attempt was declined. Another attempt may be made on the same intent.
    case failed
    /// The intent was canceled. It can never move money.
    case canceled
    /// Money is held for us and waits to be captured.
    case authorized
    /// Money has moved.
    case captured
    /// Part of the money went back.
    case partiallyRefunded = "partially_refunded"
    /// All of the money went back.
    case refunded

    /// The table of allowed transitions.
    package static let transitions: [PaymentStatus: Set<PaymentStatus>] = [
        .notRequired: [],
        // An order that costs nothing and was placed by an earlier version.
        .created: [
            .notRequired, .confirming, .requiresAction, .processing, .failed, .canceled, .authorized, .captured,
        ],
        .confirming: [.requiresAction, .processing, .failed, .canceled, .authorized, .captured],
        .requiresAction: [.processing, .failed, .canceled, .authorized, .captured],
        .processing: [.requiresAction, .failed, .canceled, .authorized, .captured],
        .failed: [.confirming, .canceled, .authorized, .captured],
        .authorized: [.canceled, .captured],
        .captured: [.partiallyRefunded, .refunded],
        // Back again when a refund that succeeded fails later. Only ``RefundSum`` goes these ways, never an
        // update of the intent.
        .partiallyRefunded: [.captured, .refunded],
        .refunded: [.captured, .partiallyRefunded],
        .canceled: [],
    ]

    package static let beginnings: Set = [PaymentStatus.notRequired, .created]

    /// How much is settled by this state. An update that ranks lower than what is known is stale: a failure that
    /// arrives after a success is ignored, whatever its time of arrival.
    package var rank: Int {
        switch self {
        case .created: 0
        case .confirming: 1
        case .requiresAction, .processing, .failed: 2
        // Nothing the provider could say of it counts.
        case .canceled, .notRequired: 3
        case .authorized: 4
        case .captured: 5
        case .partiallyRefunded: 6
        case .refunded: 7
        }
    }
}
