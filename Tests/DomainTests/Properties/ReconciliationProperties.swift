import Domain
import FoundationEssentials
import PropertySupport
import Testing

@Suite("Books that differ come to agree, and nothing is done without proof")
struct ReconciliationProperties {
    /// Two books: an order with its payment, if we have it, and one intent.
    struct World {
        var facts: PaymentSnapshot?
        var intent: PaymentIntent
        var refunded = Money.zero(.usd)

        private var isStored: Bool { facts?.intentID == intent.id }

        func finding(hurried: Bool = true) -> ReconciliationFinding? {
            Reconciliation(shop: shop, now: now, isHurried: hurried).finding(
                intent, stored: isStored ? facts : nil, named: facts?.orderID == intent.orderID ? facts : nil,
                refunded: refunded)
        }

        /// What carrying a resolution out leads to, as the stores and the provider do it.
        mutating func heal(_ finding: ReconciliationFinding) {
            switch finding.resolution {
            case .settle: settle()
            case .adopt: facts = facts?.with(payment: .confirming, intentID: intent.id)
            case .cancel: if !intent.status.isFinal { intent = intent.with(status: .canceled) }
            case .refund(let amount, _, _): refunded = Money(refunded.amount + amount.amount, .usd)
            case .recordRefund, .restoreRefund, .recordElsewhere, .askOperator: break
            }
        }

        private mutating func settle() {
            guard let known = facts else { return }
            let decision = PaymentSettlement.decide(
                .init(
                    order: known.order, payment: known.payment, amount: known.amount, intentID: known.intentID,
                    isOwnAnswer: false,
                    captured: known.captured),
                given: intent)
            switch decision {
            case .confirm(let next):
                facts = known.with(.confirmed, payment: next, intentID: intent.id, captured: intent.captured)
            case .wait(let next), .recordPayment(let next), .recordLateMoney(let next):
                facts = known.with(payment: next, intentID: intent.id, captured: intent.captured)
            case .correctCapture:
                facts = known.with(payment: known.payment, intentID: intent.id, captured: intent.captured)
            case .decline: facts = known.with(.paymentFailed, payment: .failed, intentID: intent.id)
            case .release, .void: facts = known.with(.canceled, payment: .canceled, intentID: intent.id)
            case .ignore: break
            }
        }
    }

    static let shop = "shop-1"
    static let now = Date(timeIntervalSince1970: 1_800_000_000)
    static let amount = Money(1999, .usd)
    static let ids = (order: Order.ID(), other: Order.ID(), payment: Payment.ID())

    /// Orders and payments as the tables allow them beside each other, intents in every state, named, stored and paid
    /// in every way.
    static let worlds: Gen<World> = Gen { choices in
        func one<Value>(_ values: [Value]) -> Value { values[Int(choices.next(upTo: UInt64(values.count - 1)))] }
        func rarely() -> Bool { choices.next(upTo: 7) == 7 }
        let id = PaymentIntent.ID(rawValue: "pi_1")
        let payment = one(PaymentStatus.allCases)
        let order: OrderStatus =
            switch payment {
            case .notRequired: one([.pending, .confirmed, .canceled, .rejected])
            case .created: one([.pending, .reserved, .rejected])
            case .confirming, .requiresAction, .processing: one([.reserved, .expired])
            case .failed: one([.paymentFailed, .expired])
            case .canceled: one([.expired, .canceled, .rejected])
            case .authorized: one([.confirmed, .canceled])
            case .captured: one([.confirmed, .canceled])
            case .partiallyRefunded: .partiallyRefunded
            case .refunded: .refunded
            }
        let hasIntent =
            ![.created, .failed, .canceled, .notRequired].contains(payment)
            || payment != .notRequired && choices.next(upTo: 1) == 1
        let stored = hasIntent ? one([id, PaymentIntent.ID(rawValue: "pi_2")]) : nil
        let facts = PaymentSnapshot(
            orderID: ids.order, order: order, paymentID: ids.payment, payment: payment, amount: amount, intentID: stored
        )
        let charged = rarely() ? Money(2000, .usd) : amount
        let status = one(PaymentIntentStatus.allCases)
        return World(
            facts: rarely() ? nil : facts,
            intent: PaymentIntent(
                id: id, status: status, amount: charged,
                lastError: choices.next(upTo: 1) == 1 ? Decline(code: "card_declined", message: "Declined.") : nil,
                orderID: rarely() ? one([nil, ids.other]) : ids.order,
                createdAt: now.addingTimeInterval(-Double(choices.next(upTo: 2000))),
                amountReceived: status == .succeeded ? (rarely() ? Money(1, .usd) : charged) : .zero(.usd),
                paymentID: rarely() ? nil : ids.payment, shop: rarely() ? one([nil, "shop-2"]) : shop))
    }

    @Test("resolved books agree")
    func resolvedWorldsAgree() {
        property(
            """
            what is resolved stays so, in three rounds at most, \
            unless it is a person's turn or the stock is not set aside
            """,
            count: 20_000,
            Self.worlds
        ) {
            world in
            var world = world
            for _ in 0..<3 {
                guard let finding = world.finding(), finding.resolution != .askOperator else { return }
                // The checkout job of a pending order comes first.
                if case .settle = finding.resolution, world.facts?.order == .pending { return }
                world.heal(finding)
            }
            if let finding = world.finding() { try demandEqual(finding.resolution, .askOperator) }
        }
    }

    @Test("money is refunded only where it pays for nothing")
    func refundsOnlyWhatPaysForNothing() {
        property(
            "nothing goes back of what pays for an order, or could, nor more than came", count: 20_000, Self.worlds
        ) { world in
            guard let finding = world.finding(), case .refund(let back, _, let paymentID) = finding.resolution else {
                return
            }
            try demandEqual(world.intent.status, .succeeded)
            try demand(
                back.amount + world.refunded.amount <= (world.intent.amountReceived ?? .zero(.usd)).amount, "\(back)")
            try demandEqual(paymentID, Self.ids.payment)
            guard let facts = world.facts, facts.orderID == world.intent.orderID || facts.intentID == world.intent.id
            else {
                return try demandEqual(world.intent.shop, Self.shop)
            }
            if facts.intentID == world.intent.id {
                try demandEqual(facts.payment, .canceled)
            } else {
                // Another intent is the order's for good, or the order is over and its payment called off.
                try demand(
                    facts.intentID != nil || facts.payment == .notRequired
                        || !facts.order.isOpen && facts.payment == .canceled, "\(facts)")
            }
        }
    }

    @Test("only an intent that no order needs is canceled")
    func onlyWhatNobodyNeedsIsCalledOff() {
        property("no intent is called off that an order could still be paid with", count: 20_000, Self.worlds) {
            world in
            guard let finding = world.finding(), finding.resolution == .cancel else { return }
            try demand(!world.intent.status.isFinal, "\(world.intent)")
            guard let facts = world.facts, facts.orderID == world.intent.orderID || facts.intentID == world.intent.id
            else {
                return try demandEqual(world.intent.shop, Self.shop)
            }
            if facts.intentID == world.intent.id {
                try demandEqual(facts.payment, .canceled)
            } else {
                try demand(facts.intentID != nil || facts.payment == .notRequired || !facts.order.isOpen, "\(facts)")
            }
        }
    }

    @Test("books that agree are left alone")
    func agreementIsNotDisturbed() {
        property(
            "an order that its intent has confirmed, over its amount, is never touched", count: 20_000, Self.worlds
        ) { world in
            guard let facts = world.facts, facts.intentID == world.intent.id, world.intent.orderID == facts.orderID
            else { return }
            guard facts.payment.rank >= PaymentStatus.captured.rank, world.intent.status == .succeeded else { return }
            guard world.intent.amount == facts.amount, world.intent.amountReceived == facts.amount else { return }
            try demand(world.finding() == nil, "\(String(describing: world.finding()))")
        }
    }

    @Test("payments that are still under way are left alone")
    func theYoungAreLeftAlone() {
        property(
            "what is younger than two minutes is no difference, and no money of an unknown order goes back for fifteen",
            count: 20_000,
            Self.worlds
        ) {
            world in
            guard let finding = world.finding(hurried: false), let made = world.intent.createdAt else { return }
            let age = Self.now.timeIntervalSince(made)
            try demand(age >= 120, "\(age)")
            if finding.kind == .orderUnknown { try demand(age >= 900, "\(age)") }
        }
    }
}

extension PaymentSnapshot {
    fileprivate func with(
        _ order: OrderStatus? = nil, payment: PaymentStatus, intentID: PaymentIntent.ID, captured: Money? = nil
    )
        -> PaymentSnapshot
    {
        PaymentSnapshot(
            orderID: orderID, order: order ?? self.order, paymentID: paymentID, payment: payment, amount: amount,
            intentID: intentID,
            captured: captured)
    }
}

extension PaymentIntent {
    fileprivate func with(status: PaymentIntentStatus) -> PaymentIntent {
        PaymentIntent(
            id: id, status: status, amount: amount, orderID: orderID, createdAt: createdAt,
            amountReceived: amountReceived,
            paymentID: paymentID, shop: shop)
    }
}
