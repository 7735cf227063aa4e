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
    package let status: DisputeStatus
    /// When the bank asked.
    package let openedAt: Date
    /// Until when the shop can answer, where the provider says so.
    package let answerBefore: Date?

    /// Where its money went, when this event says so.
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

/// Where a charge stands that the customer's bank asks back, under the names the provider's API gives the states
/// (Stripe API reference, "The Dispute object").
package enum DisputeStatus: String, Sendable, Hashable, Codable, CaseIterable {
    /// The bank asks a question; no money is gone. The shop has to answer.
    case warningNeedsResponse = "warning_needs_response"
    /// The bank looks at the answer.
    case warningUnderReview = "warning_under_review"
    /// The question came to nothing. Final.
    case warningClosed = "warning_closed"
    /// The money is gone; the shop may ask for it.
    case needsResponse = "needs_response"
    /// The bank looks at what the shop said.
    case underReview = "under_review"
    /// The money is the shop's again. Final.
    case won
    /// The money stays with the customer. Final.
    case lost
    /// The provider settled it before it began. Final.
    case prevented

    /// Whether nothing changes this state any more.
    package var isClosed: Bool {
        switch self {
        case .warningClosed, .won, .lost, .prevented: true
        case .warningNeedsResponse, .warningUnderReview, .needsResponse, .underReview: false
        }
    }

    /// Whether the shop has to say something in time.
    package var needsAnswer: Bool { self == .needsResponse || self == .warningNeedsResponse }

    /// Whether the money is not with the shop.
    package var holdsMoney: Bool { self == .needsResponse || self == .underReview || self == .lost }

    /// How far a dispute has come. The bank's question comes before the dispute, the shop's answer before the decision.
    private var rank: Int {
        switch self {
        case .warningNeedsResponse: 0
        case .warningUnderReview: 1
        case .needsResponse: 2
        case .underReview: 3
        case .warningClosed, .won, .lost, .prevented: 4
        }
    }

    /// Whether an update to this state changes a dispute that stands in that one, whatever arrives late: states only
    /// lead forward, and what is closed stays closed.
    package func follows(_ known: DisputeStatus) -> Bool { rank > known.rank }
}

/// Where the money of a dispute is, by what the provider told of it.
package enum DisputeFunds: String, Sendable, Hashable, Codable, CaseIterable {
    /// The provider has taken it from the shop.
    case withdrawn
    /// The shop has it again.
    case reinstated
}
