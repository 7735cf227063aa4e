public import FoundationEssentials

/// Money that goes back to a customer: a row that is committed before the provider is asked.
public struct Refund: Hashable, Sendable {
    /// A refund's id. The idempotency key at the provider is made from it.
    public typealias ID = Identifier<Refund>

    /// The id.
    public let id: ID
    /// The order.
    public let orderID: Order.ID
    /// The payment that is given back.
    public let paymentID: Payment.ID
    /// How much, in the order's currency.
    public let amount: Money
    /// Why.
    public let reason: RefundReason
    /// Where it stands.
    public let status: RefundStatus
    /// The provider's id, once it has one.
    public let providerID: ProviderRefund.ID?
    /// Why it came to nothing, in the provider's words.
    public let failureReason: String?
    /// Whether the goods came back and can be sold again.
    public let restock: Bool
    /// When it was asked for.
    public let createdAt: Date
    /// When it succeeded, failed or was called off.
    public let settledAt: Date?

    /// Puts a refund together from stored parts.
    public init(
        id: ID, orderID: Order.ID, paymentID: Payment.ID, amount: Money, reason: RefundReason, status: RefundStatus,
        providerID: ProviderRefund.ID?, failureReason: String?, restock: Bool, createdAt: Date, settledAt: Date?
    ) {
        self.id = id
        self.orderID = orderID
        self.paymentID = paymentID
        self.amount = amount
        self.reason = reason
        self.status = status
        self.providerID = providerID
        self.failureReason = failureReason
        self.restock = restock
        self.createdAt = createdAt
        self.settledAt = settledAt
    }
}
