/// In what way the provider's books and ours differ. The raw values are stored and shown; they never change.
package enum BreakKind: String, Hashable, Codable, Sendable, CaseIterable {
    /// The provider knows more of a payment than we do.
    case behind
    /// Money moved, or is held, for an order that is over.
    case lateMoney = "late_money"
    /// An order was paid, and money moved for it a second time.
    case secondCharge = "second_charge"
    /// Money moved, or is held, for an order of ours that we do not have: the database was restored to a time before
    /// it.
    case orderUnknown = "order_unknown"
    /// An intent that is not stored with its payment.
    case unstoredIntent = "unstored_intent"
    /// An intent or a refund is over another amount than ours.
    case amountDiffers = "amount_differs"
    /// We know more of a payment than the provider does.
    case ahead
    /// Money moved that is not of this shop's making.
    case foreign
    /// Money went back and we have no refund of it.
    case refundUnknown = "refund_unknown"
    /// The provider knows more of a refund than we do.
    case refundBehind = "refund_behind"
}
