/// The payment provider's last word: it will not carry a payment out as it was asked to, however often it is asked.
/// Nothing has moved.
package struct PaymentRefusal: Hashable, Sendable {
    /// The provider's code, such as `amount_too_small` or `resource_missing`; the type of its error where it gave none.
    package let code: String
    /// Whether it is the payment method that cannot be used. Another one may.
    package let concernsMethod: Bool

    /// Puts a refusal together from a provider's words.
    package init(code: String, concernsMethod: Bool = false) {
        self.code = code
        self.concernsMethod = concernsMethod
    }
}

extension PaymentRefusal {
    /// What orders say that ended because their payment method cannot be used.
    package static let methodCode = "payment_method_unusable"

    /// Why the order ended, as it is stored and shown.
    package var reason: String { concernsMethod ? Self.methodCode : code }
}
