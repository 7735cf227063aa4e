public import Domain
public import JobQueue

/// One order that wants stock.
public struct ReservationRequest: Sendable {
    /// The order.
    public let orderID: Order.ID
    /// Completes the checkout job in the same transaction when the order is rejected. Left alone when stock is set aside: the job goes on.
    public let completion: JobCompletion?

    /// Names an order.
    public init(orderID: Order.ID, completion: JobCompletion? = nil) {
        self.orderID = orderID
        self.completion = completion
    }
}
