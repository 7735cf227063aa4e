public import Domain

/// What somebody wants to give back.
public struct RefundWish: Hashable, Sendable {
    /// Of which order.
    public var orderID: Order.ID
    /// How much, all that is left when `nil`.
    public var amount: Money?
    /// Why.
    public var reason: RefundReason
    /// Whether the goods came back and can be sold again.
    public var restock: Bool
    /// The client's idempotency key, 1 to 255 characters. The same key asks for the same refund.
    public var key: String
    /// Who wants it.
    public var actor: AuditActor
    /// Where the request came from, as the API saw it.
    public var remoteAddress: String?

    /// Describes a refund that is wanted.
    public init(
        orderID: Order.ID, amount: Money? = nil, reason: RefundReason = .requestedByCustomer, restock: Bool = false, key: String,
        actor: AuditActor, remoteAddress: String? = nil
    ) {
        self.orderID = orderID
        self.amount = amount
        self.reason = reason
        self.restock = restock
        self.key = key
        self.actor = actor
        self.remoteAddress = remoteAddress
    }
}
