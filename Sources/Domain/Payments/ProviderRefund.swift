public import FoundationEssentials

/// A refund as the provider holds it: a snapshot that was true when the provider answered.
public struct ProviderRefund: Sendable, Hashable {
    /// The provider's own identifier, such as `re_3MtwBwLkdIwHu7ix1g0Wk3pZ`.
    public struct ID: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
        /// The identifier as the provider wrote it.
        public let rawValue: String

        /// Takes the provider's text as it is.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The identifier itself; it is no secret.
        public var description: String { rawValue }
    }

    /// The provider's identifier.
    public let id: ID
    /// Where it stands; never ``RefundStatus/requested``.
    public let status: RefundStatus
    /// How much goes back.
    public let amount: Money
    /// The intent it is given back from.
    public let intentID: PaymentIntent.ID?
    /// The refund of ours it was made for, when it carries one.
    public let refundID: Refund.ID?
    /// The shop that made it, when it says so.
    public let shop: String?
    /// Why the money goes back, where the provider was told.
    public let reason: RefundReason?
    /// Why it failed, in a code such as `lost_or_stolen_card`, when it did.
    public let failureReason: String?
    /// The provider's identifier of the call that gave this snapshot.
    public let requestID: String?
    /// When it was made, by the provider's clock. `nil` when the provider did not say.
    public let createdAt: Date?

    /// Puts a snapshot together from a provider's answer.
    public init(
        id: ID, status: RefundStatus, amount: Money, intentID: PaymentIntent.ID? = nil, refundID: Refund.ID? = nil,
        shop: String? = nil, reason: RefundReason? = nil, failureReason: String? = nil, requestID: String? = nil, createdAt: Date? = nil
    ) {
        self.id = id
        self.status = status
        self.amount = amount
        self.intentID = intentID
        self.refundID = refundID
        self.shop = shop
        self.reason = reason
        self.failureReason = failureReason
        self.requestID = requestID
        self.createdAt = createdAt
    }
}
