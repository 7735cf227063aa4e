import Domain
import PropertySupport
import Testing

@Suite("News of a payment settle an order by what they say, not by when they come")
struct PaymentSettlementTests {
    private static let intentID = PaymentIntent.ID(rawValue: "pi_1")
    private static let amount = Money(1999, .usd)
    private static let decline = Decline(
        code: "card_declined", declineCode: "insufficient_funds", message: "Too little money.")

    private static func known(_ order: OrderStatus, _ payment: PaymentStatus) -> PaymentSettlement.Known {
        .init(order: order, payment: payment, amount: amount, intentID: intentID)
    }

    private static func intent(_ status: PaymentIntentStatus, declined: Bool = false) -> PaymentIntent {
        PaymentIntent(id: intentID, status: status, amount: amount, lastError: declined ? decline : nil)
    }

    private static func order(after decision: PaymentSettlement, from status: OrderStatus) -> [OrderStatus] {
        switch decision {
        case .confirm: [.confirmed]
        case .decline: [.paymentFailed]
        case .release: [.expired, .canceled]
        case .void: [.canceled]
        case .wait, .recordPayment, .correctCapture, .recordLateMoney, .ignore: [status]
        }
    }

    private static func payment(after decision: PaymentSettlement, from status: PaymentStatus) -> PaymentStatus {
        switch decision {
        case .confirm(let next), .wait(let next), .recordPayment(let next), .recordLateMoney(let next): next
        case .decline: .failed
        case .release, .void: .canceled
        case .correctCapture, .ignore: status
        }
    }

    @Test("every decision keeps to the tables of allowed transitions")
    func transitions() {
        for order in OrderStatus.allCases {
            for payment in PaymentStatus.allCases {
                for news in PaymentIntentStatus.allCases {
                    for declined in [false, true] {
                        let decision = PaymentSettlement.decide(
                            Self.known(order, payment), given: Self.intent(news, declined: declined))
                        let next = Self.payment(after: decision, from: payment)
                        #expect(next == payment || payment.canBecome(next))
                        for status in Self.order(after: decision, from: order) where status != order {
                            #expect(order.canBecome(status))
                        }
                    }
                }
            }
        }
    }

    @Test("the same news a second time change nothing")
    func idempotent() {
        for order in OrderStatus.allCases {
            for payment in PaymentStatus.allCases {
                for news in PaymentIntentStatus.allCases {
                    let intent = Self.intent(news, declined: true)
                    let first = PaymentSettlement.decide(Self.known(order, payment), given: intent)
                    for status in Self.order(after: first, from: order) {
                        let after = Self.known(status, Self.payment(after: first, from: payment))
                        guard case .ignore = PaymentSettlement.decide(after, given: intent) else {
                            Issue.record("\(news) twice on \(order), \(payment)")
                            continue
                        }
                    }
                }
            }
        }
    }

    @Test("any order of arrival that holds a success ends confirmed", arguments: 0..<200)
    func anyOrderOfArrival(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let earlier: [PaymentIntent] = [
            Self.intent(.processing), Self.intent(.requiresAction), Self.intent(.requiresPaymentMethod, declined: true),
            Self.intent(.requiresConfirmation),
            Self.intent(.succeeded),
        ]
        var news =
            (0..<8).map { _ in earlier[Int.random(in: 0..<earlier.count, using: &random)] } + [Self.intent(.succeeded)]
        news.shuffle(using: &random)
        var order = OrderStatus.reserved
        var payment = PaymentStatus.confirming
        for intent in news {
            let decision = PaymentSettlement.decide(Self.known(order, payment), given: intent)
            payment = Self.payment(after: decision, from: payment)
            order = Self.order(after: decision, from: order)[0]
        }
        #expect(order == .confirmed)
        #expect(payment == .captured)
    }

    @Test("a failure after a success is old news")
    func lateFailure() {
        let late = PaymentSettlement.decide(
            Self.known(.confirmed, .captured), given: Self.intent(.requiresPaymentMethod, declined: true))
        #expect(late == .ignore(.outranked))
        #expect(
            PaymentSettlement.decide(Self.known(.confirmed, .captured), given: Self.intent(.canceled))
                == .ignore(.outranked))
    }

    @Test("a decline of an earlier card says nothing of the one that is being charged")
    func earlierDecline() {
        let decline = Self.intent(.requiresPaymentMethod, declined: true)
        func known(_ payment: PaymentStatus, isOwnAnswer: Bool) -> PaymentSettlement.Known {
            .init(
                order: .reserved, payment: payment, amount: Self.amount, intentID: Self.intentID,
                isOwnAnswer: isOwnAnswer)
        }
        #expect(PaymentSettlement.decide(known(.confirming, isOwnAnswer: false), given: decline) == .ignore(.undecided))
        #expect(PaymentSettlement.decide(known(.confirming, isOwnAnswer: true), given: decline) == .decline)
        // The customer's bank decided, and nobody has an answer of his own.
        #expect(PaymentSettlement.decide(known(.requiresAction, isOwnAnswer: false), given: decline) == .decline)
    }

    @Test("an authorisation that is given up ends its order, unless the goods have left")
    func givenUp() {
        func decision(_ order: OrderStatus, isShipped: Bool = false) -> PaymentSettlement {
            PaymentSettlement.decide(
                .init(
                    order: order, payment: .authorized, amount: Self.amount, intentID: Self.intentID,
                    isShipped: isShipped),
                given: Self.intent(.canceled))
        }
        #expect(decision(.confirmed) == .void)
        #expect(decision(.confirmed, isShipped: true) == .recordPayment(.canceled))
        #expect(decision(.expired) == .recordPayment(.canceled))
    }

    @Test(
        "a success that comes late gives no refunded payment its money back",
        arguments: [PaymentStatus.partiallyRefunded, .refunded])
    func lateSuccess(_ payment: PaymentStatus) {
        for order: OrderStatus in [.confirmed, .partiallyRefunded, .refunded, .canceled, .expired] {
            #expect(
                PaymentSettlement.decide(Self.known(order, payment), given: Self.intent(.succeeded))
                    == .ignore(.outranked))
        }
    }

    @Test(
        "money for an order that is over is noted, never dropped",
        arguments: [OrderStatus.expired, .canceled, .rejected])
    func lateMoney(_ status: OrderStatus) {
        #expect(
            PaymentSettlement.decide(Self.known(status, .failed), given: Self.intent(.succeeded))
                == .recordLateMoney(.captured))
    }

    @Test("another intent, another amount and undecided news change nothing")
    func foreign() {
        let other = PaymentIntent(id: .init(rawValue: "pi_2"), status: .succeeded, amount: Self.amount)
        #expect(PaymentSettlement.decide(Self.known(.reserved, .confirming), given: other) == .ignore(.foreignIntent))
        let cheaper = PaymentIntent(id: Self.intentID, status: .succeeded, amount: Money(1, .usd))
        #expect(
            PaymentSettlement.decide(Self.known(.reserved, .confirming), given: cheaper) == .ignore(.amountMismatch))
        #expect(
            PaymentSettlement.decide(Self.known(.reserved, .confirming), given: Self.intent(.requiresPaymentMethod))
                == .ignore(.undecided))
        #expect(
            PaymentSettlement.decide(Self.known(.pending, .created), given: Self.intent(.succeeded))
                == .ignore(.notReserved))
    }
}

@Suite("An order that costs nothing takes no money")
struct FreeOrderSettlementTests {
    @Test(
        "whatever is said of an intent changes nothing",
        arguments: [PaymentIntentStatus.succeeded, .requiresCapture, .canceled, .processing])
    func ignored(_ status: PaymentIntentStatus) {
        for order in OrderStatus.allCases {
            let known = PaymentSettlement.Known(order: order, payment: .notRequired, amount: .zero(.usd), intentID: nil)
            let intent = PaymentIntent(id: .init(rawValue: "pi_1"), status: status, amount: .zero(.usd))
            guard case .ignore = PaymentSettlement.decide(known, given: intent) else {
                Issue.record("\(order) and \(status)")
                continue
            }
        }
    }
}
