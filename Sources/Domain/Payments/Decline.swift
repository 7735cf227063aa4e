/// A card that was refused, in the provider's words.
public struct Decline: Error, Sendable, Hashable {
    /// What went wrong, such as `card_declined` or `expired_card`.
    public let code: String
    /// The bank's reason where it gave one, such as `insufficient_funds`.
    public let declineCode: String?
    /// A sentence that may be shown to the customer.
    public let message: String
    /// The provider's name for the card, the same however often it is entered; `nil` where it gave none.
    public let fingerprint: String?

    /// Keeps a refusal as the provider put it.
    public init(code: String, declineCode: String? = nil, message: String, fingerprint: String? = nil) {
        self.code = code
        self.declineCode = declineCode
        self.message = message
        self.fingerprint = fingerprint
    }
}
