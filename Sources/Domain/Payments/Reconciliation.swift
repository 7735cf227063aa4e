internal import Arithmetic
package import FoundationEssentials

/// Compares what the provider holds with what we hold: a pure function of the two, so that every difference and every
/// resolution can be tried out.
///
/// A resolution is only named where the facts prove it right. They are final, or the worker that applies the resolution
/// decides again under the locks, so that facts that have grown old do no harm: an order that is over stays over, an
/// intent that is stored with a payment stays with it, an intent that succeeded or was canceled stays so.
package struct Reconciliation: Hashable, Sendable {
    /// For as long a difference may be work under way, in seconds.
    package static let grace: TimeInterval = 120
    /// For as long an order that we do not have may be a mistake about which database this is, in seconds.
    package static let patience: TimeInterval = 900

    /// This shop, as it is written into its intents. It was drawn when the database was made and comes back with a
    /// backup of it, so that an intent that carries it is of this database's making, whatever the database has lost
    /// since, and of no other that uses the same account.
    package let shop: String
    /// Our time.
    package let now: Date
    /// Whether ``grace`` and ``patience`` are left out.
    package let isHurried: Bool

    /// A comparison at a time.
    package init(shop: String, now: Date, isHurried: Bool = false) {
        self.shop = shop
        self.now = now
        self.isHurried = isHurried
    }

    /// Whether what was refunded of an intent has to be known to judge it.
    package static func asksForRefunds(of intent: PaymentIntent, stored: PaymentSnapshot?) -> Bool {
        intent.status == .succeeded && intent.orderID != nil && (stored == nil || stored?.payment == .canceled)
    }

    /// How an intent differs from our books, `nil` when it does not, or may not for much longer.
    ///
    /// - Parameters:
    ///   - stored: the payment that this intent is stored with.
    ///   - named: the payment of the order that the intent names.
    ///   - refunded: what has been refunded of it or is about to be, where ``asksForRefunds(of:stored:)``.
    package func finding(
        _ intent: PaymentIntent, stored: PaymentSnapshot?, named: PaymentSnapshot?, refunded: Money? = nil
    ) -> ReconciliationFinding? {
        guard isOlder(intent.createdAt, than: Self.grace) else { return nil }
        let left = (intent.amountReceived ?? intent.amount).amount.saturatingSubtract(refunded?.amount ?? 0)
        let comparison = Comparison(intent: intent, left: Money(left, intent.amount.currency))
        if let stored { return comparison.withStored(stored) }
        switch PaymentOwner(of: intent.shop, in: shop, isStored: false, isNamed: named != nil) {
        // Another shop on the same account looks after its own.
        case .anotherShop: return nil
        case .thisShop, .unproven: break
        }
        guard intent.orderID != nil else { return comparison.foreign("It names no order of this shop.") }
        if let named { return comparison.withNamed(named) }
        guard isOlder(intent.createdAt, than: Self.patience) else { return nil }
        return comparison.ofUnknownOrder(proof: intent.shop == shop ? intent.paymentID : nil)
    }

    /// What an entry of the provider's list that makes no sense here is to us.
    package func unreadable(_ object: ReconciliationFinding.Object, _ id: String) -> ReconciliationFinding {
        ReconciliationFinding(
            .foreign, object, id, orderID: nil, amount: nil, reason: "Its currency or amount make no sense here.",
            resolution: .askOperator)
    }

    /// What an intent of ours that the provider does not know is to us.
    package func missing(_ facts: PaymentSnapshot) -> ReconciliationFinding? {
        facts.intentID.map {
            ReconciliationFinding(
                .ahead, .intent, $0.rawValue, orderID: facts.orderID, amount: facts.amount,
                reason: "Our payment is \(facts.payment.rawValue); the provider does not know it.",
                resolution: .askOperator
            )
        }
    }

    func isOlder(_ time: Date?, than age: TimeInterval) -> Bool {
        guard !isHurried, let time else { return true }
        return now.timeIntervalSince(time) >= age
    }
}

extension Reconciliation {
    /// How a refund differs from our books, `nil` when it does not, or may not for much longer.
    ///
    /// - Parameters:
    ///   - ours: our refund that it names.
    ///   - payment: the payment that its intent is stored with.
    package func finding(_ refund: ProviderRefund, ours: Refund?, payment: PaymentSnapshot?) -> ReconciliationFinding? {
        guard isOlder(refund.createdAt, than: Self.grace) else { return nil }
        func found(_ kind: BreakKind, _ reason: String, _ resolution: ReconciliationFinding.Resolution)
            -> ReconciliationFinding
        {
            ReconciliationFinding(
                kind, .refund, refund.id.rawValue, orderID: ours?.orderID ?? payment?.orderID, amount: refund.amount,
                reason: reason,
                resolution: resolution)
        }
        guard let ours else {
            // Of an intent that is no payment of ours the intent itself is looked at, with what has gone back of it.
            guard payment != nil, refund.status.isLive else { return nil }
            guard refund.refundID != nil else {
                return found(.refundUnknown, "It was made at the provider and not by this shop.", .recordElsewhere)
            }
            return found(.refundUnknown, "It is ours and not in the database.", .restoreRefund)
        }
        guard refund.amount == ours.amount, ours.providerID == nil || ours.providerID == refund.id else {
            return found(
                .amountDiffers,
                "It is over \(refund.amount); ours is \(ours.amount), \(ours.providerID?.rawValue ?? "new").",
                .askOperator)
        }
        if ours.status == refund.status { return nil }
        let difference = "It is \(refund.status.rawValue); ours is \(ours.status.rawValue)."
        if ours.status.canBecome(refund.status) { return found(.refundBehind, difference, .recordRefund(ours.id)) }
        // Money was refunded that we count as ours. The other way round our books are ahead.
        return refund.status.isLive && !ours.status.isLive && ours.providerID == nil
            ? found(.refundBehind, difference, .askOperator) : nil
    }
}
