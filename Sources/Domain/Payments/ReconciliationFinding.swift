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

/// A difference between the provider's books and ours, and what may be done about it without asking an operator.
package struct ReconciliationFinding: Hashable, Sendable {
    /// What of the provider's it was found in.
    package enum Object: String, Hashable, Codable, Sendable, CaseIterable {
        /// A payment intent.
        case intent
        /// A refund.
        case refund
    }

    /// What makes the books agree. Each is safe to apply twice, and by two workers at once.
    package enum Resolution: Hashable, Sendable {
        /// Settle the intent with its order, as its worker would have.
        case settle(Order.ID)
        /// Store the intent with its payment; it has not moved any money.
        case adopt(Order.ID)
        /// Cancel the intent: no worker will confirm it, or no worker may capture what it holds.
        case cancel
        /// Refund this much: the intent was made for this payment of ours and pays for no order.
        case refund(Money, RefundReason, Payment.ID)
        /// Record what became of our refund.
        case recordRefund(Refund.ID)
        /// Write down a refund that was made at the provider and not by this shop.
        case recordElsewhere
        /// Write a refund of ours down again that we have lost.
        case restoreRefund
        /// Nothing proves what would be right: a person decides.
        case askOperator
    }

    /// In what way the books differ.
    package let kind: BreakKind
    package let object: Object
    /// The provider's id of it.
    package let providerID: String
    /// The order it is about, known to us or not.
    package let orderID: Order.ID?
    /// How much it is about.
    package let amount: Money?
    /// What was found, in one sentence for operators.
    package let reason: String
    /// What may be done.
    package let resolution: Resolution

    package init(
        _ kind: BreakKind, _ object: Object, _ providerID: String, orderID: Order.ID?, amount: Money?, reason: String,
        resolution: Resolution
    ) {
        self.kind = kind
        self.object = object
        self.providerID = providerID
        self.orderID = orderID
        self.amount = amount
        self.reason = reason
        self.resolution = resolution
    }
}
