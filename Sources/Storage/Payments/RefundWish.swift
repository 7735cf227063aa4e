package import Domain

/// What somebody wants to give back.
package struct RefundWish: Hashable, Sendable {
    /// Pieces of one line of the order.
    package struct Item: Hashable, Sendable {
        /// The product.
        package let productID: Product.ID
        /// Number of pieces; above zero.
        package let quantity: Int
        /// Whether they came back and can be sold again. They go back on the shelf once the refund stands.
        package let restock: Bool

        /// Names pieces.
        package init(productID: Product.ID, quantity: Int, restock: Bool = false) {
            self.productID = productID
            self.quantity = quantity
            self.restock = restock
        }
    }

    /// Of which order.
    package var orderID: Order.ID
    /// How much. When `nil`, what the named pieces come to; and where none are named, all that is left.
    package var amount: Money?
    /// The pieces it is for.
    package var items: [Item]
    /// Why.
    package var reason: RefundReason
    /// The client's idempotency key, 1 to 255 characters. The same key asks for the same refund.
    package var key: String
    /// Who wants it.
    package var actor: AuditActor
    /// Where the request came from, as the API saw it.
    package var remoteAddress: String?

    /// Describes a refund that is wanted.
    package init(
        orderID: Order.ID, amount: Money? = nil, items: [Item] = [], reason: RefundReason = .requestedByCustomer,
        key: String,
        actor: AuditActor, remoteAddress: String? = nil
    ) {
        self.orderID = orderID
        self.amount = amount
        self.items = items
        self.reason = reason
        self.key = key
        self.actor = actor
        self.remoteAddress = remoteAddress
    }
}
