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
    /// The intent was called off. It can never move money.
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
        // Back again when a refund that succeeded fails later. Only ``RefundSum`` goes these ways, never news of the
        // intent.
        .partiallyRefunded: [.captured, .refunded],
        .refunded: [.captured, .partiallyRefunded],
        .canceled: [],
    ]

    package static let beginnings: Set = [PaymentStatus.notRequired, .created]

    /// How much is settled by this state. News that ranks lower than what is known is old news: a failure that arrives
    /// after a success is ignored, whatever its time of arrival.
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
