package import Domain
package import JobQueue

/// One order that wants stock.
package struct ReservationRequest: Sendable {
    /// The order.
    package let orderID: Order.ID
    /// Completes the checkout job in the same transaction when that ends the order: it is rejected, or costs nothing.
    /// Left alone when there is something to be paid: the job goes on.
    package let completion: JobCompletion?

    /// Names an order.
    package init(orderID: Order.ID, completion: JobCompletion? = nil) {
        self.orderID = orderID
        self.completion = completion
    }
}
