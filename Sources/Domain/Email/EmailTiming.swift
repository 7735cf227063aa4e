/// Whether what a mail says is true at this moment.
package enum EmailTiming: Hashable, Sendable {
    /// It is: send it.
    case now
    /// That is being decided.
    case later
    /// It is not any more, and never will be again.
    case never

    /// The timing of a mail about an order in this state. Only a declined payment can be made good; money that came
    /// back before its customer was told that it had gone is not spoken of.
    ///
    /// - Parameter refund: where the refund stands that the mail is about, if any.
    package init(_ kind: EmailKind, order: OrderStatus, refund: RefundStatus? = nil) {
        switch (kind, order) {
        case (.refund, _) where refund.map { $0 != .succeeded } ?? false: self = .never
        case (.paymentFailed, .paymentFailed): self = .now
        case (.paymentFailed, .pending), (.paymentFailed, .reserved): self = .later
        case (.paymentFailed, _): self = .never
        case (.orderConfirmation, _), (.refund, _), (.refundFailed, _), (.cancellation, _): self = .now
        }
    }
}
