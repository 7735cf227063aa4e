import Domain
import FoundationEssentials
import JobQueue
import Postgres
import Storage
import TestSupport
import Testing

@testable import Worker

@Suite("Events of intents settle orders as any other news do", .timeLimit(.minutes(1)))
struct IntentEventTests {
    private func expectSnooze(
        _ body: () async throws -> PaymentEventOutcome?, at location: SourceLocation = #_sourceLocation
    ) async throws {
        let failure = await #expect(throws: JobFailure.self, sourceLocation: location) { _ = try await body() }
        guard case .snooze = failure else { throw Unexpected(what: "\(String(describing: failure))") }
    }

    @Test(
        "a success confirms its order although no worker was told",
        arguments: [
            (PaymentEventKind.intentSucceeded, PaymentIntentStatus.succeeded, PaymentStatus.captured),
            (.intentCapturable, .requiresCapture, .authorized),
        ])
    func success(kind: PaymentEventKind, intent: PaymentIntentStatus, payment: PaymentStatus) async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            #expect(try await shop.hear(kind, shop.wire(facts, intent)) == .confirmed)
            let after = try await shop.facts(facts.orderID)
            #expect(after.status == .confirmed && after.paymentStatus == payment)
            #expect(shop.payments.lookUps == 0, "what is signed need not be asked again")
            // The worker comes later with its own answer, and every event comes again.
            shop.payments.change(try #require(facts.intentID), to: intent)
            #expect(try await shop.settle(facts).settlement == .ignore(.alreadyKnown))
            for _ in 1...3 { #expect(try await shop.hear(kind, shop.wire(facts, intent)) == .alreadyKnown) }
            let emails = try await shop.database.pool.query("SELECT 1 FROM email_deliveries")
            #expect(emails.count == 1)
        }
    }

    @Test("an event that comes before its intent is stored finds its order by what the intent carries")
    func beforeTheIntentIsStored() async throws {
        try await Shop.with { shop in
            let order = try await shop.reserved(shop.product(stock: 5))
            let facts = try await shop.facts(order.id)
            #expect(facts.intentID == nil)
            #expect(try await shop.hear(.intentSucceeded, shop.wire(facts, .succeeded)) == .confirmed)
            #expect(try await shop.facts(order.id).intentID?.rawValue == "pi_\(order.id)")
        }
    }

    @Test("one that carries no order is found by the stored intent, or is somebody else's")
    func byIntent() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            #expect(
                try await shop.hear(.intentSucceeded, shop.wire(facts, .succeeded, order: .some(nil))) == .confirmed)
            #expect(
                try await shop.hear(.intentSucceeded, shop.wire(facts, .succeeded, id: "pi_other", order: .some(nil)))
                    == .foreign)
            #expect(
                try await shop.hear(
                    .intentFailed, shop.wire(facts, .requiresPaymentMethod, id: "pi_other", order: .some(nil)))
                    == .foreign)
        }
    }

    @Test(
        "3-D Secure: what waits, passes or fails is read where it stands now",
        arguments: [
            (PaymentIntentStatus.requiresAction, PaymentEventOutcome.waiting, OrderStatus.reserved),
            (.processing, .waiting, .reserved), (.succeeded, .confirmed, .confirmed),
            (.canceled, .released, .canceled),
        ])
    func passing(now: PaymentIntentStatus, outcome: PaymentEventOutcome, status: OrderStatus) async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            shop.payments.change(try #require(facts.intentID), to: now)
            #expect(try await shop.hear(.intentRequiresAction, shop.wire(facts, .requiresAction)) == outcome)
            #expect(try await shop.facts(facts.orderID).status == status)
            let lookUps = shop.payments.lookUps
            #expect(lookUps == 1)
            // Once it is known it is not asked for again.
            let again = try await shop.hear(.intentRequiresAction, shop.wire(facts, .requiresAction))
            #expect(again == (now == .requiresAction ? .alreadyKnown : now == .processing ? again : .outranked))
            if now != .processing { #expect(shop.payments.lookUps == lookUps) }
        }
    }

    @Test("a failed approval declines the payment, and the customer may try another card")
    func failedApproval() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            shop.payments.change(try #require(facts.intentID), to: .requiresAction)
            try await shop.settle(facts)
            shop.payments.change(
                try #require(facts.intentID), to: .requiresPaymentMethod, declined: "authentication_required")
            let wire = shop.wire(facts, .requiresPaymentMethod, declined: true)
            #expect(try await shop.hear(.intentFailed, wire) == .declined)
            #expect(try await shop.facts(facts.orderID).status == .paymentFailed)
            #expect(try await shop.hear(.intentFailed, wire) == .alreadyKnown)
        }
    }

    @Test("a decline is the checkout's to tell while it charges: it waits, and nobody is asked")
    func declineWhileCharging() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            shop.payments.change(try #require(facts.intentID), to: .requiresPaymentMethod, declined: "generic_decline")
            let event = try await shop.receive(.intentFailed, shop.wire(facts, .requiresPaymentMethod, declined: true))
            try await expectSnooze { try await shop.handle(event: event) }
            #expect(try await shop.facts(facts.orderID).status == .reserved)
            #expect(shop.payments.lookUps == 0)
            try await shop.settle(facts)
            let lookUps = shop.payments.lookUps
            #expect(try await shop.handle(event: event) == .alreadyKnown)
            #expect(shop.payments.lookUps == lookUps)
        }
    }

    @Test("a failure that arrives after the success changes nothing and asks nobody")
    func lateFailure() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            #expect(try await shop.hear(.intentSucceeded, shop.wire(facts, .succeeded)) == .confirmed)
            for (kind, status) in [
                (PaymentEventKind.intentFailed, PaymentIntentStatus.requiresPaymentMethod),
                (.intentRequiresAction, .requiresAction),
                (.intentProcessing, .processing), (.intentCapturable, .requiresCapture),
            ] {
                #expect(
                    try await shop.hear(kind, shop.wire(facts, status, declined: kind == .intentFailed)) == .outranked)
            }
            #expect(shop.payments.lookUps == 0)
            #expect(try await shop.facts(facts.orderID).status == .confirmed)
        }
    }

    @Test("a success that arrives before the stock is set aside waits for it")
    func notReserved() async throws {
        try await Shop.with { shop in
            let order = try await shop.placed(shop.product(stock: 5))
            let facts = try await shop.facts(order.id)
            let event = try await shop.receive(.intentSucceeded, shop.wire(facts, .succeeded))
            try await expectSnooze { try await shop.handle(event: event) }
            _ = try await shop.checkouts.reserve(ReservationRequest(orderID: order.id))
            #expect(try await shop.handle(event: event) == .confirmed)
        }
    }

    @Test("an intent that was called off ends its order, and nothing brings it back")
    func calledOff() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            let id = try #require(facts.intentID)
            shop.payments.change(id, to: .canceled)
            #expect(try await shop.hear(.intentCanceled, shop.wire(facts, .canceled)) == .released)
            #expect(try await shop.facts(facts.orderID).status == .canceled)
            #expect(try await shop.hear(.intentSucceeded, shop.wire(facts, .succeeded)) == .outranked)
        }
    }

    @Test("what does not fit its order is left in sight")
    func mismatch() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            #expect(try await shop.hear(.intentSucceeded, shop.wire(facts, .succeeded, amount: 1)) == .mismatch)
            #expect(try await shop.hear(.intentSucceeded, shop.wire(facts, .succeeded, id: "pi_second")) == .mismatch)
            #expect(try await shop.hear(.intentCanceled, shop.wire(facts, .canceled, id: "pi_second")) == .superseded)
            #expect(
                try await shop.hear(.intentFailed, shop.wire(facts, .requiresPaymentMethod, id: "pi_second"))
                    == .superseded)
            #expect(try await shop.webhooks.unmatched().count == 2)
            #expect(try await shop.facts(facts.orderID).status == .reserved)
        }
    }

    @Test(
        "an order that is not there is waited for, and at last left in sight",
        arguments: [PaymentEventKind.intentSucceeded, .intentFailed])
    func unknownOrder(kind: PaymentEventKind) async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            let wire = shop.wire(
                facts, kind == .intentFailed ? .requiresPaymentMethod : .succeeded, order: "\(Order.ID())",
                shop: try await shop.store.shopIdentity())
            let event = try await shop.receive(kind, wire)
            let failure = await #expect(throws: JobFailure.self) { try await shop.handle(event: event) }
            guard case .transient = failure else { throw Unexpected(what: "\(String(describing: failure))") }
            #expect(try await shop.outcome(ofEvent: event) == nil)
            #expect(try await shop.handle(event: event, isLastAttempt: true) == .unknownOrder)
            #expect(try await shop.webhooks.unmatched().map(\.outcome) == [.unknownOrder])
        }
    }

    @Test(
        "payments of another shop on the same account are taken, change nothing, and nobody is told",
        arguments: [PaymentEventKind.intentSucceeded, .intentFailed, .intentCapturable, .intentCanceled])
    func anotherShop(kind: PaymentEventKind) async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            let status: PaymentIntentStatus =
                switch kind {
                case .intentFailed: .requiresPaymentMethod
                case .intentCapturable: .requiresCapture
                case .intentCanceled: .canceled
                default: .succeeded
                }
            for (order, named) in [
                ("\(Order.ID())", "\(UUID())"), ("\(facts.orderID)", "\(UUID())"), ("\(Order.ID())", nil),
            ] {
                let wire = shop.wire(facts, status, id: "pi_theirs", order: order, shop: named)
                #expect(try await shop.hear(kind, wire) == .foreign, "at once, and not after forty minutes")
            }
            #expect(try await shop.webhooks.unmatched() == [])
            #expect(try await shop.facts(facts.orderID).status == .reserved)
            // What is stored here is ours, whatever it says of itself.
            #expect(
                try await shop.hear(.intentSucceeded, shop.wire(facts, .succeeded, shop: "\(UUID())")) == .confirmed)
        }
    }

    @Test("what cannot be read goes to the dead letters, where it stays")
    func unreadable() async throws {
        try await Shop.with { shop in
            for object in ["{}", #"{"id":"pi_1","status":"unheard_of","amount":1,"currency":"usd"}"#] {
                let failure = await #expect(throws: JobFailure.self) {
                    _ = try await shop.hear(.intentSucceeded, object)
                }
                guard case .permanent(code: "unreadable_event", _) = failure else {
                    throw Unexpected(what: "\(String(describing: failure))")
                }
            }
        }
    }

    @Test("run again after it was handled it does nothing")
    func again() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            let event = try await shop.receive(.intentSucceeded, shop.wire(facts, .succeeded))
            #expect(try await shop.handle(event: event) == .confirmed)
            #expect(try await shop.handle(event: event) == .confirmed)
        }
    }
}
