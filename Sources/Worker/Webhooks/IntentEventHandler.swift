import Domain
import JobQueue
import Storage

/// Settles what events say of intents, through the one function that settles all updates of payments.
struct IntentEventHandler: Sendable {
    let store: SettlementStore
    let checkouts: CheckoutBatches
    let payments: any PaymentProvider
    var owners: PaymentOwners { PaymentOwners(store: store, payments: payments) }

    /// An intent in a state that settles something: its snapshot was true and stays so.
    ///
    /// - Throws: ``JobFailure`` when it is too early, ``UnmatchedEvent``.
    func settle(_ intent: PaymentIntent) async throws -> PaymentEventOutcome {
        guard let orderID = try await order(of: intent) else { return .foreign }
        return try await settle(intent, of: orderID)
    }

    /// An intent that went through a state. Where that says nothing new the provider is not asked.
    ///
    /// - Throws: ``JobFailure`` when it is too early, or the provider can't be asked; ``UnmatchedEvent``.
    func follow(_ intent: PaymentIntent) async throws -> PaymentEventOutcome {
        guard let orderID = try await order(of: intent) else { return .foreign }
        guard let facts = try await store.load(orderID) else { throw UnmatchedEvent(outcome: .unknownOrder) }
        if let stored = facts.intentID, stored != intent.id { return .superseded }
        if facts.paymentStatus == PaymentSettlement.paymentStatus(of: intent) { return .alreadyKnown }
        if facts.paymentStatus.rank >= PaymentStatus.canceled.rank { return .outranked }
        if intent.status == .requiresPaymentMethod, facts.paymentStatus.rank <= PaymentStatus.confirming.rank {
            // Which card was declined an intent does not say. The checkout that charges it knows, and is about to.
            throw JobFailure.snooze(PaymentEventHandler.pause, "the payment is \(facts.paymentStatus.rawValue)")
        }
        return try await settle(try await payments.forJob.retrieve(intent.id), of: orderID)
    }

    /// The order it was made for; else, in case the pair was removed at the provider, the one it is stored with.
    /// `nil` for what is not this shop's: another shop's on the same account, or another program's.
    private func order(of intent: PaymentIntent) async throws -> Order.ID? {
        guard try await owners.owner(of: intent) == .thisShop else { return nil }
        if let id = intent.orderID { return id }
        return try await store.load(intent: intent.id)?.orderID
    }

    private func settle(_ intent: PaymentIntent, of orderID: Order.ID) async throws -> PaymentEventOutcome {
        let update = PaymentUpdate(orderID: orderID, intent: intent, source: .webhook)
        guard let outcome = try await checkouts.settle(update) else { throw UnmatchedEvent(outcome: .unknownOrder) }
        switch outcome.settlement {
        case .confirm: return .confirmed
        case .wait: return .waiting
        case .decline: return .declined
        case .release: return .released
        case .void: return .voided
        case .recordPayment, .correctCapture: return .paymentRecorded
        case .recordLateMoney: return .lateMoney
        case .ignore(.alreadyKnown): return .alreadyKnown
        case .ignore(.outranked): return .outranked
        case .ignore(.foreignIntent): return intent.status.isPaid ? .mismatch : .superseded
        case .ignore(.amountMismatch): return .mismatch
        case .ignore(.notReserved), .ignore(.undecided):
            throw JobFailure.snooze(
                PaymentEventHandler.pause,
                "the order is \(outcome.status.rawValue) and the payment \(intent.status.rawValue)")
        }
    }
}
