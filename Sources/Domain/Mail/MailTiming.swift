/// Whether what a mail says is true at this moment.
public enum MailTiming: Hashable, Sendable {
    /// It is: send it.
    case now
    /// That is being decided.
    case later
    /// It is not any more, and never will be again.
    case never

    /// The timing of a mail about an order in this state. Only a declined payment can be made good.
    public init(_ kind: MailKind, order: OrderStatus) {
        switch (kind, order) {
        case (.paymentFailed, .paymentFailed): self = .now
        case (.paymentFailed, .pending), (.paymentFailed, .reserved): self = .later
        case (.paymentFailed, _): self = .never
        case (.orderConfirmation, _), (.refund, _), (.cancellation, _): self = .now
        }
    }
}
