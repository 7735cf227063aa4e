/// How the calling off of an order ended whose payment had come too far.
package enum CancellationResult: Hashable, Sendable {
    /// The order is cancelled and the money on its way back.
    case givenBack
    /// It was over before.
    case over
    /// The goods have left the house, so the order stands.
    case alreadyShipped
    /// No money is known to have moved. Nothing was done.
    case notPaid
}
