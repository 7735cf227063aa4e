/// News that the payment provider brings of its own accord: objects as they stood when something happened to them. They
/// come late, twice and in any order, before the answer to the call that caused them as well as after.
package enum PaymentEvent: Sendable, Hashable {
    /// An intent came to a state that settles something. What it says can be taken as it is, whenever it comes.
    case settled(PaymentIntent)
    /// An intent went through a state that it may have left since: only reading it tells where it is.
    case passed(PaymentIntent)
    /// So much of an intent's charge has gone back in all.
    case chargeRefunded(ChargeRefund)
    /// A refund changed.
    case refund(ProviderRefund)
    /// A customer's bank asks a charge back, looks at what the shop said, moves the money, or has decided.
    case dispute(Dispute)
}
