extension Reconciliation {
    /// How a refund differs from our books, `nil` when it does not, or may not for much longer.
    ///
    /// - Parameters:
    ///   - ours: our refund that it names.
    ///   - payment: the payment that its intent is stored with.
    package func finding(_ refund: ProviderRefund, ours: Refund?, payment: PaymentSnapshot?) -> ReconciliationFinding? {
        guard isOlder(refund.createdAt, than: Self.grace) else { return nil }
        func found(_ kind: BreakKind, _ reason: String, _ remedy: ReconciliationFinding.Remedy) -> ReconciliationFinding
        {
            ReconciliationFinding(
                kind, .refund, refund.id.rawValue, orderID: ours?.orderID ?? payment?.orderID, amount: refund.amount,
                reason: reason,
                remedy: remedy)
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
        // Money went back that we count as ours. The other way round it is old news.
        return refund.status.isLive && !ours.status.isLive && ours.providerID == nil
            ? found(.refundBehind, difference, .askOperator) : nil
    }
}
