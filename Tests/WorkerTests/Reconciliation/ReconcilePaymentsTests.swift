import Domain
import Foundation
import Postgres
import Storage
import TestSupport
import Testing

@testable import JobQueue
@testable import Worker

@Suite("Reconciliation makes both books agree, or says where they do not", .timeLimit(.minutes(2)))
struct ReconcilePaymentsTests {
    private func store(_ shop: Shop) -> ReconciliationStore { ReconciliationStore(database: shop.database.pool) }

    private func reconcile(
        _ shop: Shop, _ scope: ReconciliationScope = .recent, hurried: Bool = true, isLastAttempt: Bool = false,
        log: ErrorLog = ErrorLog()
    ) async throws {
        let handler = ReconcilePaymentsHandler(
            store: store(shop),
            resolver: BreakResolver(
                store: shop.store, checkouts: shop.checkouts, refunds: shop.refunds, payments: shop.payments),
            payments: shop.payments)
        let context = JobContext.firstAttempt(
            of: ReconcilePayments.name, in: ReconcilePayments.queue, isLastAttempt: isLastAttempt, logger: log.logger)
        try await handler.run(ReconcilePayments(scope, isHurried: hurried), in: context)
    }

    /// An intent as the checkout makes it, in a state.
    private func intent(
        _ shop: Shop, _ id: String, of facts: (Order.ID, Payment.ID), _ status: PaymentIntentStatus,
        age: TimeInterval = 60,
        amount: Money = Money(1999, .usd)
    ) async throws -> PaymentIntent.ID {
        let intent = PaymentIntent(
            id: .init(rawValue: id), status: status, amount: amount, orderID: facts.0,
            createdAt: Date(timeIntervalSinceNow: -age),
            amountReceived: status == .succeeded ? amount : .zero(.usd), paymentID: facts.1,
            shop: try await shop.store.shopIdentity())
        shop.payments.put(intent)
        return intent.id
    }

    private func breaks(_ shop: Shop, _ status: ReconciliationBreak.Status = .open) async throws -> [BreakKind] {
        try await store(shop).breaks(status: status).items.map(\.kind)
    }

    private func refund(_ shop: Shop) async throws {
        let rows = try await shop.database.pool.query("SELECT id FROM refunds WHERE status = 'requested'")
        for row in rows {
            let id: Refund.ID = try row["id"]
            let context = try await shop.claim(RefundPayment.self, "refundID", id.description)
            try await RefundPaymentHandler(store: shop.refunds, payments: shop.payments).run(
                RefundPayment(refundID: id), in: context)
        }
    }

    @Test("what the provider knows more of is settled once, whoever is at it at the same time")
    func behind() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            shop.payments.change(try #require(facts.intentID), to: .succeeded)
            let log = ErrorLog()
            async let one: Void = reconcile(shop, log: log)
            async let other: Void = reconcile(shop, log: log)
            _ = try await (one, other)
            try await reconcile(shop, log: log)
            #expect(try await shop.facts(facts.orderID).status == .confirmed)
            #expect(try await breaks(shop) == [])
            #expect(Set(try await breaks(shop, .closed)).isSubset(of: [.behind]))
            #expect(log.messages == [])
            let events = try await shop.orders.events(of: facts.orderID, for: .staff) ?? []
            #expect(events.filter { $0.kind == .confirmed }.count == 1)
        }
    }

    @Test("what may be work under way is left alone")
    func young() async throws {
        try await Shop.with { shop in
            let order = try await shop.reserved(shop.product(stock: 5))
            let facts = try await shop.facts(order.id)
            _ = try await intent(shop, "pi_young", of: (facts.orderID, facts.paymentID), .succeeded, age: 5)
            try await reconcile(shop, hurried: false)
            #expect(try await breaks(shop) == [])
            #expect(try await shop.facts(order.id).status == .reserved)
        }
    }

    @Test("a second charge of a paid order goes back, once, and operators are told once")
    func secondCharge() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            shop.payments.change(try #require(facts.intentID), to: .succeeded)
            try await shop.settle(facts)
            let id = try await intent(shop, "pi_second", of: (facts.orderID, facts.paymentID), .succeeded)
            let log = ErrorLog()
            for _ in 0..<2 { try await reconcile(shop, log: log) }
            #expect(try await breaks(shop) == [.secondCharge])
            #expect(log.messages == ["the books of the payment provider and ours differ"])
            try await refund(shop)
            try await reconcile(shop, log: log)
            #expect(try await breaks(shop) == [])
            #expect(try await breaks(shop, .closed) == [.secondCharge])
            #expect(shop.payments.refundCount == 1)
            #expect(try await shop.payments.refunds(of: id).map(\.amount) == [Money(1999, .usd)])
            // The order keeps what it was paid with.
            #expect(try await shop.facts(facts.orderID).status == .confirmed)
            #expect(try await shop.refunds.refunds(of: facts.orderID).map(\.reason) == [.duplicate])
            #expect(log.messages.count == 1)
        }
    }

    @Test("charges of orders that the database has lost go back; those of another shop on the account do not")
    func unknownOrders() async throws {
        try await Shop.with { shop in
            for index in 0..<5 {
                _ = try await intent(shop, "pi_lost\(index)", of: (Order.ID(), Payment.ID()), .succeeded)
            }
            let held = try await intent(shop, "pi_held", of: (Order.ID(), Payment.ID()), .requiresCapture)
            shop.payments.put(
                PaymentIntent(
                    id: .init(rawValue: "pi_theirs"), status: .succeeded, amount: Money(1999, .usd),
                    orderID: Order.ID(),
                    createdAt: Date(), paymentID: Payment.ID(), shop: UUID().uuidString))
            try await reconcile(shop, hurried: false)
            #expect(try await breaks(shop) == [])
            for _ in 0..<2 { try await reconcile(shop) }
            #expect(try await breaks(shop) == Array(repeating: .orderUnknown, count: 5))
            #expect(try await shop.payments.retrieve(held).status == .canceled)
            try await refund(shop)
            try await reconcile(shop)
            #expect(try await breaks(shop) == [])
            #expect(shop.payments.refundCount == 5)
            let rows = try await shop.database.pool.query(
                "SELECT 1 FROM refunds WHERE order_id IS NULL AND status = 'succeeded'")
            #expect(rows.count == 5)
        }
    }

    @Test("an intent that nobody stored is called off, or stored, or pays its order")
    func unstored() async throws {
        try await Shop.with { shop in
            let product = try await shop.product(stock: 5)
            let paid = try await shop.confirming(product)
            shop.payments.change(try #require(paid.intentID), to: .succeeded)
            try await shop.settle(paid)
            let orphan = try await intent(shop, "pi_orphan", of: (paid.orderID, paid.paymentID), .requiresPaymentMethod)
            let (waiting, charged) = (
                try await shop.facts(shop.reserved(product).id), try await shop.facts(shop.reserved(product).id)
            )
            let adopted = try await intent(
                shop, "pi_adopted", of: (waiting.orderID, waiting.paymentID), .requiresPaymentMethod)
            _ = try await intent(shop, "pi_charged", of: (charged.orderID, charged.paymentID), .succeeded)
            try await reconcile(shop)
            #expect(try await shop.payments.retrieve(orphan).status == .canceled)
            #expect(try await shop.facts(waiting.orderID).intentID == adopted)
            #expect(try await shop.facts(charged.orderID).status == .confirmed)
            #expect(try await breaks(shop) == [])
            #expect(try await breaks(shop, .closed) == Array(repeating: .unstoredIntent, count: 3))
        }
    }

    @Test("money that comes after the end of an order goes back, also where the payment is called off already")
    func lateMoney() async throws {
        try await Shop.with { shop in
            let product = try await shop.product(stock: 5)
            let facts = try await shop.facts(shop.reserved(product).id)
            try await shop.database.pool.execute("UPDATE orders SET reserved_until = now() - interval '1 second'")
            #expect(
                try await shop.reservations.releaseOverdue(shop.reservations.claimOverdue().map(\.orderID)) == [
                    facts.orderID
                ])
            let id = try await intent(shop, "pi_late", of: (facts.orderID, facts.paymentID), .succeeded)
            try await reconcile(shop)
            #expect(try await breaks(shop) == [.lateMoney])
            try await refund(shop)
            try await reconcile(shop)
            #expect(try await breaks(shop) == [])
            #expect(try await shop.payments.refunds(of: id).count == 1)
            #expect(try await shop.facts(facts.orderID).status == .expired)
        }
    }

    @Test("what nothing proves is left to a person, who ends it")
    func resolved() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            _ = try await intent(
                shop, try #require(facts.intentID).rawValue, of: (facts.orderID, facts.paymentID), .succeeded,
                amount: Money(5, .usd))
            let log = ErrorLog()
            for _ in 0..<2 { try await reconcile(shop, log: log) }
            let found = try #require(try await store(shop).breaks(status: .open).items.first)
            #expect(found.kind == .amountDiffers)
            #expect(log.messages.count == 1)
            let entry = AuditEntry(
                actor: .system("test"), action: "reconciliation.resolved", subjectKind: "break",
                subjectID: "\(found.id)")
            let ended = try await store(shop).resolve(
                found.id, note: "The bank says so.", by: .system("test"), noting: entry)
            #expect(ended?.status == .resolved)
            try await reconcile(shop, log: log)
            #expect(try await breaks(shop) == [])
            #expect(try await breaks(shop, .resolved) == [.amountDiffers])
            #expect(log.messages.count == 1)
        }
    }

    @Test("refunds that we have lost are written down again, and those that we wait for are recorded")
    func refunds() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            let intentID = try #require(facts.intentID)
            shop.payments.change(intentID, to: .succeeded)
            try await shop.settle(facts)
            func give(_ amount: Int64, _ id: Refund.ID) async throws {
                _ = try await shop.payments.refund(
                    ProviderRefundRequest(
                        refundID: id, orderID: facts.orderID, intentID: intentID, amount: Money(amount, .usd),
                        reason: .requestedByCustomer,
                        key: try #require(IdempotencyKey.refund(id))))
            }
            let lost = Refund.ID()
            try await give(500, lost)
            let wish = RefundRequest(orderID: facts.orderID, amount: Money(300, .usd), key: "k", actor: .system("test"))
            guard case .accepted(let waiting) = try await shop.refunds.request(wish) else {
                throw Unexpected(what: "not accepted")
            }
            try await give(300, waiting.id)
            // Somebody gave money back at the provider's own page: a refund that names none of ours.
            shop.payments.refundByHand(intentID, Money(100, .usd))
            try await reconcile(shop)
            let refunds = try await shop.refunds.refunds(of: facts.orderID)
            #expect(Set(refunds.filter { $0.source == .shop }.map(\.id)) == [lost, waiting.id])
            #expect(refunds.filter { $0.source == .provider }.map(\.amount) == [Money(100, .usd)])
            #expect(refunds.allSatisfy { $0.status == .succeeded })
            #expect(try await shop.facts(facts.orderID).status == .partiallyRefunded)
            #expect(Set(try await breaks(shop, .closed)) == [.refundUnknown, .refundBehind])
            try await reconcile(shop)
            #expect(try await breaks(shop) == [])
        }
    }

    @Test("a refund that the bank sends back weeks later is found, though its event was lost")
    func bounces() async throws {
        try await Shop.with { shop in
            let refund = try await shop.requestedRefund()
            let made = try await shop.payments.refund(
                ProviderRefundRequest(
                    refundID: refund.id, orderID: refund.orderID,
                    intentID: try #require(await shop.facts(refund.orderID).intentID),
                    amount: refund.amount, reason: refund.reason, key: try #require(.refund(refund.id))))
            _ = try await shop.refunds.record(made, for: refund.id)
            // Long before the time that the run compares.
            try await shop.database.pool.execute(
                "UPDATE refunds SET created_at = now() - interval '29 days', settled_at = now() - interval '29 days'")
            shop.payments.age(refunds: 29 * 86_400)
            shop.payments.changeRefunds(to: .failed, because: "lost_or_stolen_card", keepingAge: true)
            try await reconcile(shop, hurried: false)
            let after = try #require(await shop.refunds.load(refund.id)).refund
            #expect(after.status == .failed && after.failureReason == "lost_or_stolen_card")
            #expect(try await shop.facts(refund.orderID).status == .confirmed)
        }
    }

    @Test("a refund is read again from time to time for as long as it may bounce, and not after")
    func readAgain() async throws {
        try await Shop.with { shop in
            let refund = try await shop.requestedRefund()
            _ = try await shop.refunds.record(
                ProviderRefund(id: .init(rawValue: "re_1"), status: .succeeded, amount: refund.amount), for: refund.id)
            func due() async throws -> Int {
                try await shop.refunds.thatMayBounce(notReadFor: .seconds(6 * 3600)).count
            }
            #expect(try await due() == 0)
            try await shop.database.pool.execute("UPDATE refunds SET settled_at = now() - interval '7 hours'")
            #expect(try await due() == 1)
            try await shop.refunds.markRead([.init(rawValue: "re_1")])
            #expect(try await due() == 0)
            try await shop.database.pool.execute(
                "UPDATE refunds SET settled_at = now() - interval '46 days', checked_at = NULL")
            #expect(try await due() == 0)
        }
    }

    @Test("a payment of ours that the provider does not know is a break until it does")
    func ahead() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            let id = try #require(facts.intentID)
            shop.payments.change(id, to: .succeeded)
            try await shop.settle(facts)
            let intent = try await shop.payments.retrieve(id)
            shop.payments.remove(id)
            for _ in 0..<2 { try await reconcile(shop) }
            #expect(try await breaks(shop) == [.ahead])
            shop.payments.put(intent)
            try await reconcile(shop)
            #expect(try await breaks(shop) == [])
        }
    }

    @Test("a provider that is away makes no dead letters, and what was missed is made up for")
    func providerAway() async throws {
        try await Shop.with { shop in
            try await reconcile(shop)
            let facts = try await shop.confirming(shop.product(stock: 5))
            shop.payments.change(try #require(facts.intentID), to: .succeeded)
            shop.payments.failLists(after: 0)
            await #expect(throws: JobFailure.self) { try await reconcile(shop) }
            let covered = try #require(try await store(shop).coveredUntil())
            shop.payments.failLists(after: 0)
            try await reconcile(shop, isLastAttempt: true)
            // What would only wait for the provider's return leaves it to the next run at once.
            shop.payments.failLists(after: 0, with: .unavailable(retryAfter: .seconds(30), .circuit))
            try await reconcile(shop)
            #expect(try await store(shop).coveredUntil() == covered)
            #expect(try await shop.facts(facts.orderID).status == .reserved)
            // An operator who asked for it is told.
            shop.payments.failLists(after: 0)
            await #expect(throws: JobFailure.self) { try await reconcile(shop, .since(Date()), isLastAttempt: true) }
            try await reconcile(shop)
            #expect(try await shop.facts(facts.orderID).status == .confirmed)
        }
    }

    @Test("what cannot be read is a break as well")
    func unreadable() async throws {
        try await Shop.with { shop in
            shop.payments.addUnreadable("pi_odd", "re_odd")
            try await reconcile(shop)
            let found = try await store(shop).breaks(status: .open).items
            #expect(Set(found.map(\.providerID)) == ["pi_odd", "re_odd"])
            #expect(found.allSatisfy { $0.kind == .foreign })
        }
    }

    @Test("a refund that came to nothing leaves the money with us, and it goes back")
    func failedRefund() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            shop.payments.change(try #require(facts.intentID), to: .succeeded)
            try await shop.settle(facts)
            let id = try await intent(shop, "pi_second", of: (facts.orderID, facts.paymentID), .succeeded)
            _ = try await shop.payments.refund(
                ProviderRefundRequest(
                    refundID: Refund.ID(), orderID: facts.orderID, intentID: id, amount: Money(1999, .usd),
                    reason: .duplicate,
                    key: try #require(IdempotencyKey(rawValue: "by-hand"))))
            shop.payments.changeRefunds(to: .failed)
            try await reconcile(shop)
            #expect(try await breaks(shop).contains(.secondCharge))
        }
    }

    @Test("an old break is looked at again, however long ago its intent was made")
    func old() async throws {
        try await Shop.with { shop in
            let id = try await intent(shop, "pi_old", of: (Order.ID(), Payment.ID()), .succeeded, age: 30 * 86_400)
            try await reconcile(shop, .since(Date(timeIntervalSinceNow: -40 * 86_400)))
            #expect(try await breaks(shop) == [.orderUnknown])
            try await refund(shop)
            try await reconcile(shop, hurried: false)
            #expect(try await breaks(shop) == [])
            #expect(try await shop.payments.refunds(of: id).count == 1)
        }
    }
}
