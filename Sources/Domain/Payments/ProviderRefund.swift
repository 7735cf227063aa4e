package import FoundationEssentials

/// A refund as the provider holds it: a snapshot that was true when the provider answered.
package struct ProviderRefund: Sendable, Hashable {
    /// The provider's own identifier, such as `re_3MtwBwLkdIwHu7ix1g0Wk3pZ`.
    package struct ID: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
        /// The identifier as the provider wrote it.
        package let rawValue: String

        /// Takes the provider's text as it is.
        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The identifier itself; it is no secret.
        package var description: String { rawValue }
    }

    /// The provider's identifier.
    package let id: ID
    /// Where it stands; never ``RefundStatus/requested``.
    package let status: RefundStatus
    /// How much goes back.
    package let amount: Money
    /// The intent it is given back from.
    package let intentID: PaymentIntent.ID?
    /// The refund of ours it was made for, when it carries one.
    package let refundID: Refund.ID?
    /// The shop that made it, when it says so.
    package let shop: String?
    /// Why the money goes back, where the provider was told.
    package let reason: RefundReason?
    /// Why it failed, in a code such as `lost_or_stolen_card`, when it did.
    package let failureReason: String?
    /// The provider's identifier of the call that gave this snapshot.
    package let requestID: String?
    /// When it was made, by the provider's clock. `nil` when the provider did not say.
    package let createdAt: Date?

    /// Puts a snapshot together from a provider's answer.
    package init(
        id: ID, status: RefundStatus, amount: Money, intentID: PaymentIntent.ID? = nil, refundID: Refund.ID? = nil,
        shop: String? = nil, reason: RefundReason? = nil, failureReason: String? = nil, requestID: String? = nil,
        createdAt: Date? = nil
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

/// How much of a charge has gone back.
package struct ChargeRefund: Sendable, Hashable {
    /// The intent behind the charge, unless it was made without one.
    package let intentID: PaymentIntent.ID?
    /// The order it was made for, when it carries one of ours.
    package let orderID: Order.ID?
    /// The shop whose it is, when it says so.
    package let shop: String?
    /// What has gone back in all.
    package let refunded: Money

    /// Puts it together from a provider's words.
    package init(intentID: PaymentIntent.ID?, orderID: Order.ID?, shop: String? = nil, refunded: Money) {
        self.intentID = intentID
        self.orderID = orderID
        self.shop = shop
        self.refunded = refunded
    }
}
