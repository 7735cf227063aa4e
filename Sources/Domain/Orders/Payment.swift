/// What is known here about the money of an order.
package struct Payment: Hashable, Sendable {
    /// A payment's id. Idempotency keys at the provider are made from it.
    package typealias ID = Identifier<Payment>

    /// The id.
    package let id: ID
    /// Where it stands.
    package let status: PaymentStatus
    /// What is charged.
    package let amount: Money
    /// What was taken, which can be less than ``amount``. Refunds add up to this at most.
    package let captured: Money
    /// What is held until it is taken or let go, which can be less than ``amount``.
    package let authorized: Money
    /// The card that was charged, once known.
    package let card: CardSummary?
    /// The provider's id of its intent, once stored.
    package let providerID: String?
    /// How many times a payment method was tried, counting the present one. 0 before the first.
    package let attempt: Int
    /// The payment method of the present attempt, as the provider names it.
    package let method: String
    /// Why the last attempt was declined, in the provider's words: `insufficient_funds`, `generic_decline`…
    package let declineCode: String?
    /// Lets the customer's browser finish the payment; only while `requiresAction`, only for the order's owner.
    package let clientSecret: String?

    /// Puts a payment together from stored parts.
    package init(
        id: ID, status: PaymentStatus, amount: Money, providerID: String?, attempt: Int, method: String,
        declineCode: String?,
        clientSecret: String?, captured: Money? = nil, authorized: Money? = nil, card: CardSummary? = nil
    ) {
        self.id = id
        self.status = status
        self.amount = amount
        self.captured = captured ?? .zero(amount.currency)
        self.authorized = authorized ?? .zero(amount.currency)
        self.card = card
        self.providerID = providerID
        self.attempt = attempt
        self.method = method
        self.declineCode = declineCode
        self.clientSecret = clientSecret
    }
}
