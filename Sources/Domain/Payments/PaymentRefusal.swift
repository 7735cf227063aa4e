/// The payment provider's last word: it will not carry a payment out as it was asked to, however often it is asked.
/// Nothing has moved.
package struct PaymentRefusal: Hashable, Sendable {
    /// Why, as it is stored with the order and shown: the provider's code, such as `amount_too_small`, or the type of
    /// its error where it gave none.
    package let code: String

    /// Keeps a provider's word.
    package init(code: String) {
        self.code = code
    }

    /// The payment method cannot be used; another one may. Providers have codes of their own for it.
    package static let unusableMethod = PaymentRefusal(code: "payment_method_unusable")
}
