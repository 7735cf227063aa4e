import Domain
import Postgres
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Worker

@Suite("Sweeps look after what nobody else does", .timeLimit(.minutes(1)))
struct SweepTests {
    private func sweep(_ shop: Shop) -> ReservationSweep {
        ReservationSweep(
            reservations: shop.reservations, settlements: shop.settlements, checkouts: shop.checkouts,
            reconciliation: ReconciliationStore(database: shop.database.pool), payments: shop.payments,
            interval: .seconds(1),
            logger: shop.logger)
    }

    private func makeOverdue(_ shop: Shop) async throws {
        try await shop.database.pool.execute("UPDATE orders SET reserved_until = now() - interval '1 second'")
    }

    @Test("overdue payments are called off side by side, each call under a key of its own")
    func sideBySide() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product(stock: 20)
            let bare = try await shop.reserved(pen)
            var overdue: [CheckoutSnapshot] = []
            for _ in 0..<12 { overdue.append(try await shop.confirming(pen)) }
            try await makeOverdue(shop)
            // One after the other they would wait for each other for ever.
            shop.payments.holdCancellations(until: overdue.count)
            try await sweep(shop).sweep()
            for facts in overdue { #expect(try await shop.facts(facts.orderID).status == .expired) }
            #expect(try await shop.facts(bare.id).status == .expired)
            #expect(try await shop.stock.stock(pen.sku) == Stock(sku: pen.sku, onHand: 20, reserved: 0))
            #expect(Set(shop.payments.keys).count == overdue.count)
        }
    }

    @Test(
        "an overdue order whose customer has paid is confirmed, also when the money is only set aside",
        arguments: [
            PaymentIntentStatus.succeeded, .requiresCapture,
        ])
    func paidAndOverdue(_ status: PaymentIntentStatus) async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            shop.payments.change(try #require(facts.intentID), to: status)
            try await makeOverdue(shop)
            try await sweep(shop).sweep()
            #expect(try await shop.facts(facts.orderID).status == .confirmed)
            #expect(shop.payments.keys.isEmpty)
        }
    }

    @Test(
        "an overdue order ends whose payment the provider does not know any more, and operators are told",
        arguments: [
            (PaymentFailure.notFound, true), (.configuration("answered 401"), false),
            (.configuration("answered 403"), false),
            (.outcomeUnknown("answered 500", answered: true), false), (.invalidRequest("answered 404"), false),
        ])
    func unknownAtProvider(_ failure: PaymentFailure, isDefinite: Bool) async throws {
        try await Shop.with { shop in
            let pen = try await shop.product(stock: 5)
            let facts = try await shop.confirming(pen)
            let id = try #require(facts.intentID)
            if isDefinite {
                shop.payments.remove(id)
            } else {
                shop.payments.refuse(lookUps: failure, cancellations: failure)
            }
            try await sweep(shop).sweep()
            #expect(try await shop.facts(facts.orderID).status == .reserved, "its time is not over")
            try await makeOverdue(shop)
            try await sweep(shop).sweep()
            let now = try await shop.facts(facts.orderID)
            #expect(now.status == (isDefinite ? .expired : .reserved))
            #expect(try await shop.stock.stock(pen.sku)?.reserved == (isDefinite ? 0 : 1))
            let breaks = try await ReconciliationStore(database: shop.database.pool).breaks().items
            #expect(breaks.map(\.providerID) == (isDefinite ? [id.rawValue] : []))
            guard isDefinite else { return }
            #expect(now.paymentStatus == .canceled)
            let last = try await shop.database.pool.query(
                "SELECT reason FROM order_events WHERE order_id = \(facts.orderID) ORDER BY sequence DESC LIMIT 1")
            #expect(try last.first?["reason"] == "unknown_at_provider")
        }
    }

    @Test("stock that needs no provider is released before the provider is asked")
    func withoutIntentFirst() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product(stock: 20)
            let bare = try await shop.reserved(pen)
            let facts = try await shop.confirming(pen)
            try await makeOverdue(shop)
            shop.payments.holdCancellations(until: 2)
            let sweeping = Task { try await sweep(shop).sweep() }
            while try await shop.facts(bare.id).status != .expired { await Task.yield() }
            #expect(try await shop.facts(facts.orderID).status == .reserved)
            // The second cancellation lets both go.
            _ = try await shop.payments.cancel(
                try #require(facts.intentID), key: try #require(.cancellation(ofPayment: "other")))
            try await sweeping.value
            #expect(try await shop.facts(facts.orderID).status == .expired)
        }
    }

    @Test(
        "a payment that waited for the customer's bank is followed to its end",
        arguments: [
            (PaymentIntentStatus.succeeded, OrderStatus.confirmed), (.requiresPaymentMethod, .paymentFailed),
            (.canceled, .canceled),
        ])
    func undecided(end: PaymentIntentStatus, expected: OrderStatus) async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            let id = try #require(facts.intentID)
            shop.payments.change(id, to: .requiresAction)
            try await shop.settle(facts)
            shop.payments.change(id, to: end, declined: end == .requiresPaymentMethod ? "authentication_required" : nil)
            let sweep = UndecidedPaymentSweep(
                store: shop.store, checkouts: shop.checkouts, payments: shop.payments, interval: .seconds(1),
                logger: shop.logger)
            try await sweep.sweep()
            #expect(try await shop.facts(facts.orderID).status == .reserved, "it has just changed")
            try await shop.database.pool.execute("UPDATE payments SET updated_at = now() - interval '11 seconds'")
            try await sweep.sweep()
            #expect(try await shop.facts(facts.orderID).status == expected)
        }
    }

    /// Fails the first time it is asked and knows every message after that.
    private final class Stumbling: EmailActivity {
        private let hasFailed = Mutex(false)

        func trace(of delivery: EmailDelivery, messageID: String) async throws(EmailFailure) -> EmailTrace {
            let isFirst = hasFailed.withLock { failed in
                defer { failed = true }
                return !failed
            }
            if isFirst { throw .outcomeUnknown(reason: "the look-up failed") }
            return .accepted
        }
    }

    @Test("an email that cannot be looked up keeps no other email waiting")
    func unknownEmails() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product(stock: 5)
            for _ in 0..<3 {
                let facts = try await shop.confirming(pen)
                shop.payments.change(try #require(facts.intentID), to: .succeeded)
                try await shop.settle(facts)
            }
            try await shop.database.pool.force(
                "email_deliveries",
                "UPDATE email_deliveries SET status = 'unknown', attempt = 1, updated_at = now() - interval '1 minute'")
            let sweep = UnknownEmailSweep(
                store: shop.emails, activity: Stumbling(), messageID: { "<\($0.id)@example.com>" }, wait: .seconds(30),
                logger: shop.logger)
            try await sweep.sweep()
            let rows = try await shop.database.pool.query("SELECT status FROM email_deliveries ORDER BY status")
            #expect(try rows.map { try $0["status"] as String } == ["sent", "sent", "unknown"])
        }
    }
}
