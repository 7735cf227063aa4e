import Domain
import FoundationEssentials
import Testing

@Suite("Each way in which books can differ has its resolution")
struct ReconciliationTests {
    private static let amount = Money(1999, .usd)
    private static let order = Order.ID()
    private static let payment = Payment.ID()
    private static let refund = Refund.ID()
    private static let id = PaymentIntent.ID(rawValue: "pi_1")
    private static let other = PaymentIntent.ID(rawValue: "pi_2")
    private let rules = Reconciliation(shop: "shop-1", now: Date(timeIntervalSince1970: 10_000))

    private func intent(
        _ status: PaymentIntentStatus, order: Order.ID? = order, payment: Payment.ID = payment,
        shop: String? = "shop-1",
        age: TimeInterval = 1000, amount: Money = amount, received: Money? = nil
    ) -> PaymentIntent {
        PaymentIntent(
            id: Self.id, status: status, amount: amount, orderID: order, createdAt: rules.now.addingTimeInterval(-age),
            amountReceived: status == .succeeded ? received ?? amount : .zero(.usd), paymentID: payment, shop: shop)
    }

    private func facts(
        _ order: OrderStatus, _ payment: PaymentStatus, _ intentID: PaymentIntent.ID?, captured: Int64? = nil
    ) -> PaymentSnapshot {
        PaymentSnapshot(
            orderID: Self.order, order: order, paymentID: Self.payment, payment: payment, amount: Self.amount,
            intentID: intentID,
            captured: captured.map { Money($0, .usd) })
    }

    private func outcome(_ intent: PaymentIntent, _ facts: PaymentSnapshot?, refunded: Money? = nil) -> Outcome? {
        rules.finding(intent, stored: facts?.intentID == Self.id ? facts : nil, named: facts, refunded: refunded)
            .map { Outcome(kind: $0.kind, resolution: $0.resolution) }
    }

    struct Outcome: Equatable {
        let kind: BreakKind
        let resolution: ReconciliationFinding.Resolution
    }

    @Test("what the provider knows more of is settled as a worker would settle it")
    func behind() {
        let settled = Outcome(kind: .behind, resolution: .settle(Self.order))
        #expect(outcome(intent(.succeeded), facts(.reserved, .confirming, Self.id)) == settled)
        #expect(outcome(intent(.requiresCapture), facts(.paymentFailed, .failed, Self.id)) == settled)
        #expect(outcome(intent(.succeeded), facts(.confirmed, .authorized, Self.id)) == settled)
        #expect(outcome(intent(.canceled), facts(.reserved, .confirming, Self.id)) == settled)
        #expect(
            outcome(intent(.succeeded), facts(.expired, .confirming, Self.id))
                == Outcome(kind: .lateMoney, resolution: .settle(Self.order)))
        #expect(outcome(intent(.requiresPaymentMethod), facts(.reserved, .confirming, Self.id)) == nil)
        #expect(outcome(intent(.succeeded), facts(.confirmed, .captured, Self.id)) == nil)
        #expect(outcome(intent(.succeeded), facts(.refunded, .refunded, Self.id)) == nil)
    }

    @Test("what we know more of is for a person")
    func ahead() {
        let asked = Outcome(kind: .ahead, resolution: .askOperator)
        #expect(outcome(intent(.requiresCapture), facts(.confirmed, .captured, Self.id)) == asked)
        #expect(outcome(intent(.canceled), facts(.confirmed, .captured, Self.id)) == asked)
        #expect(outcome(intent(.requiresPaymentMethod), facts(.confirmed, .authorized, Self.id)) == asked)
        #expect(rules.missing(facts(.confirmed, .captured, Self.id))?.kind == .ahead)
    }

    @Test("another amount is for a person, whichever way it differs")
    func amounts() {
        let asked = Outcome(kind: .amountDiffers, resolution: .askOperator)
        #expect(outcome(intent(.succeeded, amount: Money(500, .usd)), facts(.confirmed, .captured, Self.id)) == asked)
        #expect(outcome(intent(.succeeded, amount: Money(500, .usd)), facts(.reserved, .created, nil)) == asked)
        // A part that was taken is what was taken; what was booked otherwise is put right.
        let part = intent(.succeeded, received: Money(500, .usd))
        #expect(
            outcome(part, facts(.confirmed, .captured, Self.id))
                == Outcome(kind: .amountDiffers, resolution: .settle(Self.order)))
        #expect(outcome(part, facts(.confirmed, .captured, Self.id, captured: 500)) == nil)
        #expect(
            outcome(part, facts(.reserved, .created, nil))
                == Outcome(kind: .unstoredIntent, resolution: .settle(Self.order)))
        #expect(
            outcome(part, facts(.confirmed, .authorized, Self.id))
                == Outcome(kind: .behind, resolution: .settle(Self.order)))
        // One that has moved nothing is nobody's business, and is not made the order's own.
        #expect(outcome(intent(.requiresPaymentMethod, amount: Money(1, .usd)), facts(.reserved, .created, nil)) == nil)
    }

    @Test("what names another order, or another payment of it, is for a person")
    func foreign() {
        let asked = Outcome(kind: .foreign, resolution: .askOperator)
        #expect(outcome(intent(.succeeded, order: Order.ID()), facts(.reserved, .confirming, Self.id)) == asked)
        #expect(outcome(intent(.succeeded, payment: Payment.ID()), facts(.reserved, .created, nil)) == asked)
        #expect(outcome(intent(.requiresPaymentMethod, payment: Payment.ID()), facts(.reserved, .created, nil)) == nil)
    }

    @Test("an order is paid once: money of an intent that is not its own goes back")
    func secondCharge() {
        let paid = facts(.confirmed, .captured, Self.other)
        #expect(
            outcome(intent(.succeeded), paid)
                == Outcome(kind: .secondCharge, resolution: .refund(Self.amount, .duplicate, Self.payment)))
        #expect(
            outcome(intent(.succeeded), paid, refunded: Money(999, .usd))
                == Outcome(kind: .secondCharge, resolution: .refund(Money(1000, .usd), .duplicate, Self.payment)))
        #expect(outcome(intent(.succeeded), paid, refunded: Self.amount) == nil)
        #expect(
            outcome(intent(.succeeded), facts(.expired, .canceled, nil))
                == Outcome(kind: .lateMoney, resolution: .refund(Self.amount, .latePayment, Self.payment)))
    }

    @Test("an intent that is not stored pays its order, waits for it, or is called off")
    func unstored() {
        let reserved = facts(.reserved, .created, nil)
        #expect(
            outcome(intent(.succeeded), reserved) == Outcome(kind: .unstoredIntent, resolution: .settle(Self.order)))
        #expect(
            outcome(intent(.requiresCapture), reserved)
                == Outcome(kind: .unstoredIntent, resolution: .settle(Self.order))
        )
        #expect(
            outcome(intent(.requiresPaymentMethod), reserved)
                == Outcome(kind: .unstoredIntent, resolution: .adopt(Self.order)))
        let calledOff = Outcome(kind: .unstoredIntent, resolution: .cancel)
        #expect(outcome(intent(.requiresPaymentMethod), facts(.confirmed, .captured, Self.other)) == calledOff)
        #expect(outcome(intent(.requiresPaymentMethod), facts(.reserved, .confirming, Self.other)) == calledOff)
        #expect(outcome(intent(.requiresCapture), facts(.expired, .canceled, nil)) == calledOff)
        #expect(outcome(intent(.requiresPaymentMethod), facts(.pending, .created, nil)) == nil)
        #expect(outcome(intent(.canceled), facts(.confirmed, .captured, Self.other)) == nil)
    }

    @Test("money of an order that the database has lost goes back once it is certain to be of this database's making")
    func unknownOrder() {
        let back = Outcome(kind: .orderUnknown, resolution: .refund(Self.amount, .orderUnknown, Self.payment))
        #expect(outcome(intent(.succeeded), nil) == back)
        #expect(outcome(intent(.succeeded, age: 899), nil) == nil)
        #expect(outcome(intent(.succeeded), nil, refunded: Self.amount) == nil)
        #expect(outcome(intent(.requiresCapture), nil) == Outcome(kind: .orderUnknown, resolution: .cancel))
        #expect(outcome(intent(.requiresPaymentMethod), nil) == Outcome(kind: .unstoredIntent, resolution: .cancel))
        #expect(outcome(intent(.succeeded, shop: nil), nil) == Outcome(kind: .orderUnknown, resolution: .askOperator))
        #expect(outcome(intent(.succeeded, shop: "shop-2"), nil) == nil)
        #expect(outcome(intent(.succeeded, order: nil), nil) == Outcome(kind: .foreign, resolution: .askOperator))
        #expect(outcome(intent(.requiresPaymentMethod, order: nil), nil) == nil)
    }

    @Test("refunds are recorded, restored, or shown to a person")
    func refunds() {
        func ours(_ status: RefundStatus, _ providerID: ProviderRefund.ID? = nil) -> Refund {
            Refund(
                id: Self.refund, orderID: Self.order, paymentID: Self.payment, amount: Money(700, .usd),
                reason: .duplicate, status: status,
                providerID: providerID, failureReason: nil, restock: false, createdAt: rules.now, settledAt: nil)
        }
        let refund = ours(.requested)
        func theirs(_ status: RefundStatus, names: Bool = true, amount: Int64 = 700, age: TimeInterval = 300)
            -> ProviderRefund
        {
            ProviderRefund(
                id: .init(rawValue: "re_1"), status: status, amount: Money(amount, .usd), intentID: Self.id,
                refundID: names ? refund.id : nil, createdAt: rules.now.addingTimeInterval(-age))
        }
        let paid = facts(.confirmed, .captured, Self.id)
        func outcome(_ theirs: ProviderRefund, _ ours: Refund?, _ payment: PaymentSnapshot?) -> Outcome? {
            rules.finding(theirs, ours: ours, payment: payment).map {
                Outcome(kind: $0.kind, resolution: $0.resolution)
            }
        }
        #expect(
            outcome(theirs(.succeeded), refund, paid)
                == Outcome(kind: .refundBehind, resolution: .recordRefund(refund.id)))
        #expect(
            outcome(theirs(.succeeded, amount: 701), refund, paid)
                == Outcome(kind: .amountDiffers, resolution: .askOperator))
        #expect(outcome(theirs(.succeeded), nil, paid) == Outcome(kind: .refundUnknown, resolution: .restoreRefund))
        #expect(
            outcome(theirs(.succeeded, names: false), nil, paid)
                == Outcome(kind: .refundUnknown, resolution: .recordElsewhere))
        #expect(outcome(theirs(.failed, names: false), nil, paid) == nil)
        #expect(outcome(theirs(.succeeded), nil, nil) == nil)
        #expect(outcome(theirs(.succeeded, age: 119), refund, paid) == nil)
        // Money went back that we count as ours; where it had, and came back to us, that is old news.
        #expect(
            outcome(theirs(.succeeded), ours(.failed), paid) == Outcome(kind: .refundBehind, resolution: .askOperator))
        #expect(outcome(theirs(.succeeded), ours(.failed, .init(rawValue: "re_1")), paid) == nil)
    }
}
