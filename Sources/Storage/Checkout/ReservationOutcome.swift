package import Domain

/// What an order that wants stock was told.
package enum ReservationOutcome: Hashable, Sendable {
    /// Everything is set aside, now or by an earlier run: pay.
    case reserved(CheckoutSnapshot)
    /// Everything was there and nothing is to be paid: the order is confirmed and the job completed, where its
    /// completion came along.
    case confirmed
    /// There was too little. The order is rejected and the job completed, where its completion came along.
    case rejected([StockAllocation.Shortage])
    /// The order is past this step or over. Nothing was done.
    case settled(CheckoutSnapshot)
    /// There is no such order.
    case unknownOrder
}
