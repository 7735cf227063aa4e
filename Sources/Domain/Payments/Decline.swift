/// A card that was refused, in the provider's words.
package struct Decline: Error, Sendable, Hashable {
    /// What went wrong, such as `card_declined` or `expired_card`.
    package let code: String
    /// The bank's reason where it gave one, such as `insufficient_funds`.
    package let declineCode: String?
    /// A sentence that may be shown to the customer.
    package let message: String
    /// The provider's name for the card, the same however often it is entered; `nil` where it gave none.
    package let fingerprint: String?

    /// Keeps a refusal as the provider put it.
    package init(code: String, declineCode: String? = nil, message: String, fingerprint: String? = nil) {
        self.code = code
        self.declineCode = declineCode
        self.message = message
        self.fingerprint = fingerprint
    }
}
