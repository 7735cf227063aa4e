/// The states of a payment intent, under the names the provider's API gives them (Stripe API reference, "The
/// PaymentIntent object").
package enum PaymentIntentStatus: String, Sendable, Hashable, Codable, CaseIterable {
    /// Made, or declined: waits for a (new) card.
    case requiresPaymentMethod = "requires_payment_method"
    /// Has a card and waits for the call that charges it.
    case requiresConfirmation = "requires_confirmation"
    /// Waits for the customer, for example at their bank's page.
    case requiresAction = "requires_action"
    /// Being carried out; the outcome comes later.
    case processing
    /// The amount is authorized on the card and waits to be captured.
    case requiresCapture = "requires_capture"
    /// The money has moved. Final.
    case succeeded
    /// Given up. Final, and can never be charged.
    case canceled
}

extension PaymentIntentStatus {
    /// Whether the customer's part is done: charged, or authorized on the card.
    package var isPaid: Bool {
        self == .succeeded || self == .requiresCapture
    }

    /// Whether nothing changes this state any more.
    package var isFinal: Bool {
        self == .succeeded || self == .canceled
    }
}
