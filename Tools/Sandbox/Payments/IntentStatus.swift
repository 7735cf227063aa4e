/// The seven states of a payment intent (https://docs.stripe.com/payments/paymentintents/lifecycle).
enum IntentStatus: String, Sendable, Codable, CaseIterable {
    case requiresPaymentMethod = "requires_payment_method"
    case requiresConfirmation = "requires_confirmation"
    case requiresAction = "requires_action"
    case processing
    case requiresCapture = "requires_capture"
    case succeeded
    case canceled

    /// Whether money may still be asked for.
    var isConfirmable: Bool {
        switch self {
        case .requiresPaymentMethod, .requiresConfirmation, .requiresAction: true
        case .processing, .requiresCapture, .succeeded, .canceled: false
        }
    }

    /// Whether it may be called off: anything short of money moving.
    var isCancelable: Bool { isConfirmable || self == .requiresCapture }
}
