/// Decides what an update of a payment means for an order: a pure function of what is known and what the provider says.
///
/// Workers, webhooks, the reconciler and the sweeper all bring their updates here, late, twice and in any order,
/// so the decision looks at how much a state settles (``PaymentStatus/rank``) and never at the time of arrival.
package enum PaymentSettlement: Hashable, Sendable {
    /// Money moved or is held: consume the reservation, confirm the order, convert the cart, send the email.
    case confirm(PaymentStatus)
    /// The customer has to act, or the provider has not decided: keep the stock for longer.
    case wait(PaymentStatus)
    /// Declined: note it, keep the stock until its time is up, open the cart again.
    case decline
    /// The intent is canceled and the order with it: release the stock, open the cart again.
    case release
    /// The money that was held for a confirmed order is voided: return the goods to stock and end the order.
    case void
    /// Only the payment changes; the order is through or over.
    case recordPayment(PaymentStatus)
    /// The provider has taken another amount than we hold: the payment, and what refunds make of it, follow.
    case correctCapture
    /// Money moved for an order that is over. Note it loudly: an operator or a refund has to answer.
    case recordLateMoney(PaymentStatus)
    /// Nothing changes, for this reason.
    case ignore(Reason)

    /// Why an update changed nothing.
    package enum Reason: String, Hashable, Sendable, CaseIterable {
        /// It is known already.
        case alreadyKnown = "already_known"
        /// Something that settles more is known.
        case outranked
        /// The provider has not been asked to charge yet, or the card is still to come.
        case undecided
        /// Stock is not reserved yet; the checkout job comes by again.
        case notReserved = "not_reserved"
        /// The intent is not the one stored with this payment.
        case foreignIntent = "foreign_intent"
        /// The intent is over another amount than the order.
        case amountMismatch = "amount_mismatch"
    }

    /// What the database knows, read under the locks of order and payment.
    package struct Known: Hashable, Sendable {
        /// Where the order stands.
        package let order: OrderStatus
        /// Where its payment stands.
        package let payment: PaymentStatus
        /// What is to be charged.
        package let amount: Money
        /// What was taken, as far as is known.
        package let captured: Money
        /// The stored id of the provider's intent, if any.
        package let intentID: PaymentIntent.ID?
        /// Whether the update is the answer to the charge of the present attempt. An intent does not say which attempt
        /// its last error is of, so a decline from another source may be that of an earlier card.
        package let isOwnAnswer: Bool
        /// Whether the goods are shipped.
        package let isShipped: Bool

        package init(
            order: OrderStatus, payment: PaymentStatus, amount: Money, intentID: PaymentIntent.ID?,
            isOwnAnswer: Bool = true,
            isShipped: Bool = false, captured: Money? = nil
        ) {
            self.order = order
            self.payment = payment
            self.amount = amount
            self.captured = captured ?? (payment.rank >= PaymentStatus.captured.rank ? amount : .zero(amount.currency))
            self.intentID = intentID
            self.isOwnAnswer = isOwnAnswer
            self.isShipped = isShipped
        }
    }

    /// The payment status that a provider's state amounts to, `nil` while it says nothing about an attempt.
    package static func paymentStatus(of intent: PaymentIntent) -> PaymentStatus? {
        switch intent.status {
        case .succeeded: .captured
        case .requiresCapture: .authorized
        case .canceled: .canceled
        case .requiresAction: .requiresAction
        case .processing: .processing
        case .requiresPaymentMethod: intent.lastError == nil ? nil : .failed
        case .requiresConfirmation: nil
        }
    }

    package static func decide(_ known: Known, given intent: PaymentIntent) -> PaymentSettlement {
        if let stored = known.intentID, stored != intent.id { return .ignore(.foreignIntent) }
        guard intent.amount == known.amount else { return .ignore(.amountMismatch) }
        guard let next = paymentStatus(of: intent) else { return .ignore(.undecided) }
        // What was taken counts, not what the intent is over: an operator may have captured a part of it at the
        // provider.
        if next == .captured, known.payment.rank >= PaymentStatus.captured.rank, intent.amountReceived != nil,
            intent.captured != known.captured
        {
            return .correctCapture
        }
        if next == known.payment { return .ignore(.alreadyKnown) }
        guard known.payment.canBecome(next), !isStale(next, known.payment) else { return .ignore(.outranked) }
        switch next {
        case .captured, .authorized: return success(next, known.order)
        case .canceled: return canceled(known)
        case .requiresAction, .processing: return known.order == .reserved ? .wait(next) : .recordPayment(next)
        case .failed where known.payment == .confirming && !known.isOwnAnswer: return .ignore(.undecided)
        case .failed: return known.order == .reserved ? .decline : .recordPayment(.failed)
        case .notRequired, .created, .confirming, .partiallyRefunded, .refunded: return .ignore(.undecided)
        }
    }

    /// Refunds may lead back to `captured`, but a success that comes late must not. An authorization that is given up
    /// counts all the same.
    private static func isStale(_ next: PaymentStatus, _ known: PaymentStatus) -> Bool {
        next.rank < known.rank && !(known == .authorized && next == .canceled)
    }

    /// An authorization that is given up, by us or because its time ran out, leaves a confirmed order without money.
    /// Goods that are shipped don't come back by that: a confirmed order without money is a break, and stays in sight.
    private static func canceled(_ known: Known) -> PaymentSettlement {
        if known.order.isOpen { return .release }
        return known.payment == .authorized && known.order == .confirmed && !known.isShipped
            ? .void : .recordPayment(.canceled)
    }

    private static func success(_ next: PaymentStatus, _ order: OrderStatus) -> PaymentSettlement {
        switch order {
        case .reserved, .paymentFailed: .confirm(next)
        case .pending: .ignore(.notReserved)
        case .confirmed, .partiallyRefunded, .refunded: .recordPayment(next)
        case .rejected, .expired, .canceled: .recordLateMoney(next)
        }
    }
}
