package import FoundationEssentials

/// A charge that the customer's bank asks back, as the provider holds it: a snapshot.
package struct Dispute: Sendable, Hashable {
    /// The provider's own identifier, such as `du_1MtJUT2eZvKYlo2CNaw2HvEv`.
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
    /// The intent behind the charge, unless it was made without one.
    package let intentID: PaymentIntent.ID?
    /// How much is asked back.
    package let amount: Money
    /// Why, in a code such as `fraudulent` or `product_not_received`.
    package let reason: String
    /// Where it stands.
    package let status: DisputeStatus
    /// When the bank asked.
    package let openedAt: Date
    /// Until when the shop can answer, where the provider says so.
    package let answerBefore: Date?

    /// Where its money went, when this is news of that.
    package var funds: DisputeFunds?

    /// Puts a snapshot together from a provider's words.
    package init(
        id: ID, intentID: PaymentIntent.ID?, amount: Money, reason: String, status: DisputeStatus, openedAt: Date,
        answerBefore: Date? = nil,
        funds: DisputeFunds? = nil
    ) {
        self.id = id
        self.intentID = intentID
        self.amount = amount
        self.reason = reason
        self.status = status
        self.openedAt = openedAt
        self.answerBefore = answerBefore
        self.funds = funds
    }
}
