package import Domain

/// What became of a wish to call an order off. The order as it is afterwards.
package enum CancelOutcome: Hashable, Sendable {
    /// It is cancelled. Money that was taken is on its way back.
    case cancelled(Order)
    /// Its payment has to be called off first; a job is at it. It ends cancelled, and what was paid goes back.
    case started(Order)
    /// It was over before. Nothing changed.
    case alreadyOver(Order)
    /// The goods have left the house. Nothing changed.
    case alreadySent(Order)
    /// There is no such order, or it belongs to somebody else.
    case unknownOrder
}
