/// Why a mail could not be written.
package enum EmailRenderingError: Error, Sendable, Hashable {
    /// The order's address has been erased.
    case noRecipient
    /// A refund mail without its refund.
    case noRefund
}

extension EmailRenderingError: CustomStringConvertible {
    /// A sentence for operators.
    package var description: String {
        switch self {
        case .noRecipient: "There is no address to send to: it has been erased."
        case .noRefund: "There is no refund that the mail could be about."
        }
    }
}
