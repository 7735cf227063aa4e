package import Domain

/// What became of a wish to give money back. Only `accepted` changed anything.
package enum RefundOutcome: Hashable, Sendable {
    /// It is durable, and the job that carries it out with it.
    case accepted(Refund)
    /// This key asked for this refund before. The refund as it is now.
    case replayed(Refund)
    /// This key asked for another refund before.
    case keyReused
    /// There is less to give back, or nothing: what is left.
    case exceedsCaptured(refundable: Money)
    /// The order has no line of this product.
    case unknownItem(Product.ID)
    /// So few pieces of this product are left that were not given back before.
    case tooManyPieces(Product.ID, left: Int)
    /// The named pieces cost nothing.
    case worthNothing
    /// The order was paid in this currency.
    case wrongCurrency(Currency)
    /// The amount is between two that can be given back in its currency, which are this far apart.
    case notChargeable(step: Money)
    /// No money was taken for the order.
    case notPaid(OrderStatus)
    /// There is no such order.
    case unknownOrder
}
