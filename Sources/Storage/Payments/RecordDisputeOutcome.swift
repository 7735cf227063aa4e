package import Domain

/// What news of a dispute changed.
package enum RecordDisputeOutcome: Hashable, Sendable {
    /// It was not known before. The order it is about, when it is one of ours.
    case opened(Order.ID?)
    /// It stands elsewhere than before.
    case changed(Order.ID?)
    /// It is known already, or its end is.
    case unchanged
}

extension RecordDisputeOutcome {
    /// The order it is about, when there is news and it is one of ours.
    package var orderID: Order.ID? {
        switch self {
        case .opened(let id), .changed(let id): id
        case .unchanged: nil
        }
    }
}
