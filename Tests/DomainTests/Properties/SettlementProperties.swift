import Domain
import PropertySupport
import Testing

@Suite("Whatever news come in whatever order, money and order agree")
struct SettlementProperties {
    /// What happens to an order and its payment.
    enum Step: Sendable {
        /// The provider's state arrives, late or twice or in time.
        case news(PaymentIntentStatus, declined: Bool)
        /// The worker sets stock aside, or there is too little.
        case reserve, reject
        /// The worker stores the intent.
        case recordIntent
        /// The customer tries another card.
        case retry
    }

    /// An order and its payment, changed as the decisions say.
    struct World {
        var order = OrderStatus.pending
        var payment = PaymentStatus.created

        static let intentID = PaymentIntent.ID(rawValue: "pi_1")
        static let amount = Money(1999, .usd)
        static let decline = Decline(code: "card_declined", declineCode: "generic_decline", message: "Declined.")

        var known: PaymentSettlement.Known {
            .init(order: order, payment: payment, amount: Self.amount, intentID: Self.intentID)
        }

        /// What a step leads to. Steps of ours only happen where the shop takes them.
        mutating func take(_ step: Step) throws {
            switch step {
            case .reserve: if order == .pending { order = .reserved }
            case .reject: if order == .pending { order = .rejected }
            case .recordIntent: if order == .reserved, payment == .created { payment = .confirming }
            case .retry:
                if order == .paymentFailed, payment == .failed { (order, payment) = (.reserved, .confirming) }
            case .news(let status, let declined):
                let intent = PaymentIntent(
                    id: Self.intentID, status: status, amount: Self.amount, lastError: declined ? Self.decline : nil)
                try settle(PaymentSettlement.decide(known, given: intent))
            }
        }

        private mutating func settle(_ decision: PaymentSettlement) throws {
            switch decision {
            case .confirm(let next): try move(to: next, .confirmed)
            case .wait(let next), .recordPayment(let next), .recordLateMoney(let next): try move(to: next, order)
            case .decline: try move(to: .failed, .paymentFailed)
            case .release, .void: try move(to: .canceled, .canceled)
            case .ignore, .correctCapture: break
            }
        }

        private mutating func move(to payment: PaymentStatus, _ order: OrderStatus) throws {
            try demand(self.payment.canBecome(payment), "\(self.payment) became \(payment)")
            try demand(self.order == order || self.order.canBecome(order), "\(self.order) became \(order)")
            (self.payment, self.order) = (payment, order)
        }
    }

    /// Stories of one intent, which ends in success or in being called off and never in both.
    static let stories: Gen<[Step]> = Gen { choices in
        let end: PaymentIntentStatus = choices.next(upTo: 1) == 0 ? .succeeded : .canceled
        let states: [PaymentIntentStatus] = [
            .requiresPaymentMethod, .requiresConfirmation, .requiresAction, .processing, .requiresCapture, end,
        ]
        let step = Gen<Step> { choices in
            switch choices.next(upTo: 7) {
            case 0: .reserve
            case 1: .recordIntent
            case 2: .retry
            case 3: .reject
            default:
                .news(states[Int(choices.next(upTo: UInt64(states.count - 1)))], declined: choices.next(upTo: 1) == 1)
            }
        }
        return step.list(0...16).make(&choices)
    }

    @Test("settling keeps to the tables of transitions")
    func keepsToTheTables() {
        property("no step leads where the tables do not", count: 10_000, Self.stories) { story in
            var world = World()
            for step in story { try world.take(step) }
        }
    }

    @Test("settling never forgets money")
    func neverForgetsMoney() {
        property("money that moved is known from the news on, and stays known", count: 10_000, Self.stories) { story in
            var world = World()
            var hasMoved = false
            for step in story {
                let isPending = world.order == .pending
                try world.take(step)
                if case .news(.succeeded, _) = step, !isPending { hasMoved = true }
                try demand(
                    !hasMoved || world.payment == .captured, "the money moved and the payment is \(world.payment)")
            }
        }
    }

    @Test("exactly what is paid is confirmed")
    func confirmsWhatIsPaidAndNothingElse() {
        property(
            "an order is confirmed exactly while its money is held or moved, unless it was over before", count: 10_000,
            Self.stories
        ) {
            story in
            var world = World()
            for step in story {
                try world.take(step)
                let hasMoney = world.payment == .authorized || world.payment == .captured
                if world.order == .confirmed { try demand(hasMoney, "confirmed while \(world.payment)") }
                if hasMoney { try demand(!world.order.isOpen, "\(world.order) while \(world.payment)") }
            }
        }
    }

    @Test("a repeated update changes nothing")
    func repeatsChangeNothing() {
        property("every step twice is every step once", count: 10_000, Self.stories) { story in
            var (once, twice) = (World(), World())
            for step in story {
                guard case .news = step else {
                    try once.take(step)
                    try twice.take(step)
                    continue
                }
                try once.take(step)
                try twice.take(step)
                try twice.take(step)
                try demand(once.order == twice.order && once.payment == twice.payment, "\(once) and \(twice)")
            }
        }
    }
}
