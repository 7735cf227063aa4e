public import Domain
public import JobQueue

/// One order that wants stock.
public struct ReservationRequest: Sendable {
    /// The order.
    public let orderID: Order.ID
    /// Completes the checkout job in the same transaction when that ends the order: it is rejected, or costs nothing. Left alone when
    /// there is something to be paid: the job goes on.
    public let completion: JobCompletion?

    /// Names an order.
    public init(orderID: Order.ID, completion: JobCompletion? = nil) {
        self.orderID = orderID
        self.completion = completion
    }
}
