import Domain
import JobQueue
import Storage
import Testing

@testable import Worker

@Suite("A payment is charged once, and an answer that says nothing holds nobody up", .timeLimit(.minutes(1)))
struct PaymentChargeTests {
    /// What the charge threw; it must throw.
    private func failure(_ charge: PaymentCharge, attempt: Int) async throws -> JobFailure {
        do {
            throw Unexpected(what: "the charge ended: \(try await charge.run(attempt: attempt))")
        } catch let failure as JobFailure {
            return failure
        }
    }

    @Test("a failure that the provider keeps under the key is left for a new attempt's key, at once")
    func keptFailure() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            shop.payments.fail(.serverError(acts: false))
            #expect(try await shop.charge(facts).run(attempt: 1).status == .succeeded)
            #expect(shop.payments.keys == ["pc:\(facts.paymentID):1", "pc:\(facts.paymentID):2"])
            #expect(shop.payments.charges == 1)
            #expect(try await shop.facts(facts.orderID).attempt == 2)
            let events = try #require(try await shop.orders.events(of: facts.orderID, for: .staff))
            #expect(events.compactMap(\.reason) == ["attempt_1", "attempt_2"])
            try await shop.settle(facts)
        }
    }

    @Test("a failure after which the money has moved is a success, and no second attempt is made")
    func failureAfterCharge() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            shop.payments.fail(.serverError(acts: true))
            #expect(try await shop.charge(facts).run(attempt: 1).status == .succeeded)
            #expect(shop.payments.keys == ["pc:\(facts.paymentID):1"])
            #expect(try await shop.facts(facts.orderID).attempt == 1)
            try await shop.settle(facts)
        }
    }

    @Test("each try of the job makes one new attempt at most, and the next goes on from there")
    func oneNewAttempt() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            shop.payments.fail(.serverError(acts: false), .serverError(acts: false))
            guard case .transient = try await failure(shop.charge(facts), attempt: 1) else {
                throw Unexpected(what: "not transient")
            }
            let now = try await shop.facts(facts.orderID)
            #expect(now.attempt == 2)
            #expect(try await shop.charge(now).run(attempt: now.attempt).status == .succeeded)
            // The second try met the kept failure first.
            #expect(shop.payments.keys == [1, 2, 2, 3].map { "pc:\(facts.paymentID):\($0)" })
            #expect(shop.payments.charges == 1)
            try await shop.settle(facts)
        }
    }

    @Test("who finds that the payment has a newer attempt leaves it alone")
    func overtaken() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            #expect(try await shop.store.beginNextAttempt(of: facts.paymentID, after: 1))
            #expect(try await !shop.store.beginNextAttempt(of: facts.paymentID, after: 1))
            shop.payments.fail(.serverError(acts: false))
            guard case .transient = try await failure(shop.charge(facts), attempt: 1) else {
                throw Unexpected(what: "not transient")
            }
            #expect(shop.payments.keys.count == 1)
            #expect(try await shop.facts(facts.orderID).attempt == 2)
        }
    }

    @Test("a lost answer is asked for again under the same key")
    func lost() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            shop.payments.fail(.lost(acts: false))
            guard case .transient = try await failure(shop.charge(facts), attempt: 1) else {
                throw Unexpected(what: "not transient")
            }
            #expect(try await shop.charge(facts).run(attempt: 1).status == .succeeded)
            #expect(shop.payments.keys == [1, 1].map { "pc:\(facts.paymentID):\($0)" })
            try await shop.settle(facts)
        }
    }

    @Test("an earlier card's decline is not taken for the new card's")
    func oldDecline() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            #expect(try await shop.charge(facts, method: "pm_declined").run(attempt: 1).lastError != nil)
            #expect(try await shop.store.beginNextAttempt(of: facts.paymentID, after: 1))
            shop.payments.fail(.lost(acts: false))
            guard case .transient = try await failure(shop.charge(facts), attempt: 2) else {
                throw Unexpected(what: "not transient")
            }
            #expect(try await shop.charge(facts).run(attempt: 2).status == .succeeded)
            try await shop.settle(facts)
        }
    }

    @Test("a decline whose answer was lost is known at once for the first card, and by asking again for the next")
    func lostDecline() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            let charge = try shop.charge(facts, method: "pm_declined")
            shop.payments.fail(.lost(acts: true), .lost(acts: true))
            #expect(try await charge.run(attempt: 1).lastError?.declineCode == "generic_decline")
            #expect(try await shop.store.beginNextAttempt(of: facts.paymentID, after: 1))
            guard case .transient = try await failure(charge, attempt: 2) else {
                throw Unexpected(what: "not transient")
            }
            #expect(try await charge.run(attempt: 2).lastError?.declineCode == "generic_decline")
            #expect(shop.payments.keys == [1, 2, 2].map { "pc:\(facts.paymentID):\($0)" })
        }
    }
}

@Suite("What a provider's failure means for the job")
struct PaymentFailureTests {
    @Test("a provider that asks for no wait at all is still given a second")
    func noHotLoop() {
        let zero = PaymentFailure.rateLimited(retryAfter: .zero)
        #expect(zero.jobFailure == .snooze(.seconds(1), zero.description))
        let seven = PaymentFailure.rateLimited(retryAfter: .seconds(7))
        #expect(seven.jobFailure == .snooze(.seconds(7), seven.description))
    }
}
