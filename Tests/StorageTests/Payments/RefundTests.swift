import Domain
import Foundation
import Postgres
import Storage
import Testing

@Suite("Money goes back once, and never more than was taken")
struct RefundTests {
    private func wish(_ order: Order, _ amount: Int64? = nil, key: String = UUID().uuidString) -> RefundRequest {
        RefundRequest(orderID: order.id, amount: amount.map { Money($0, .usd) }, key: key, actor: .system("test"))
    }

    private func accepted(_ outcome: RefundOutcome) throws -> Refund {
        guard case .accepted(let refund) = outcome else {
            throw Unexpected(what: "the refund was not accepted: \(outcome)")
        }
        return refund
    }

    /// The provider's snapshot of a refund of ours.
    private func snapshot(_ refund: Refund, _ status: RefundStatus, because reason: String? = nil) -> ProviderRefund {
        ProviderRefund(
            id: .init(rawValue: "re_\(refund.id)"), status: status, amount: refund.amount, refundID: refund.id,
            failureReason: reason)
    }

    @Test("all of it goes back, and the order says so")
    func full() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let order = try await shop.paid(pen, 2)
            let refund = try accepted(await shop.refunds.request(wish(order)))
            #expect(refund.amount == order.totals.total)
            #expect(refund.status == .requested)
            #expect(try await shop.current(order).status == .confirmed)
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'payment.refund'") == 1)
            let facts = try #require(await shop.refunds.load(refund.id))
            #expect(facts.intentID == shop.intentID(order))

            guard case .recorded = try await shop.refunds.record(snapshot(refund, .succeeded), for: refund.id) else {
                throw Unexpected(what: "the news was not taken")
            }
            let after = try await shop.current(order)
            #expect(after.status == .refunded)
            #expect(after.payment?.status == .refunded)
            #expect(after.refunded == order.totals.total)
            #expect(after.version > order.version)
            guard case .unchanged = try await shop.refunds.record(snapshot(refund, .succeeded), for: refund.id) else {
                throw Unexpected(what: "the same news counted twice")
            }
            #expect(try await shop.current(order).version == after.version)
            // The goods are with the customer.
            #expect(try await shop.level(pen) == Stock(sku: pen.sku, onHand: 3, reserved: 0))
            let kinds = try await shop.orders.events(of: order.id, for: .staff)?.map(\.kind).suffix(2)
            #expect(kinds == [.refundRequested, .refundSucceeded])
            // News of the intent that come late do not undo it.
            #expect(try await shop.settle(order, .succeeded, by: .webhook).settlement == .ignore(.outranked))
            #expect(try await shop.current(order).payment?.status == .refunded)
        }
    }

    @Test("parts go back until nothing is left")
    func partial() async throws {
        try await Shop.with { shop in
            let order = try await shop.paid(shop.product("PEN", stock: 5))
            let first = try accepted(await shop.refunds.request(wish(order, 999)))
            #expect(
                try await shop.refunds.request(wish(order, 1001)) == .exceedsCaptured(refundable: Money(1000, .usd)))
            _ = try await shop.refunds.record(snapshot(first, .succeeded), for: first.id)
            #expect(try await shop.current(order).status == .partiallyRefunded)
            #expect(try await shop.current(order).refunded == Money(999, .usd))
            let rest = try accepted(await shop.refunds.request(wish(order)))
            #expect(rest.amount == Money(1000, .usd))
            #expect(try await shop.refunds.request(wish(order)) == .exceedsCaptured(refundable: Money(0, .usd)))
            _ = try await shop.refunds.record(snapshot(rest, .succeeded), for: rest.id)
            #expect(try await shop.current(order).status == .refunded)
            #expect(try await shop.refunds.refunds(of: order.id).map(\.amount.amount) == [999, 1000])
        }
    }

    @Test("twenty at once never take more than there is")
    func atOnce() async throws {
        try await Shop.with(poolSize: 12) { shop in
            let order = try await shop.paid(shop.product("PEN", stock: 5))
            let outcomes = try await withThrowingTaskGroup(of: RefundOutcome.self) { group in
                for _ in 0..<20 { group.addTask { try await shop.refunds.request(wish(order, 300)) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let refunds = outcomes.compactMap { outcome -> Refund? in
                if case .accepted(let refund) = outcome { refund } else { nil }
            }
            #expect(refunds.count == 6)
            #expect(outcomes.filter { $0 == .exceedsCaptured(refundable: Money(199, .usd)) }.count == 14)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for refund in refunds {
                    group.addTask { _ = try await shop.refunds.record(snapshot(refund, .succeeded), for: refund.id) }
                }
                try await group.waitForAll()
            }
            #expect(try await shop.current(order).refunded == Money(1800, .usd))
        }
    }

    @Test("the same key asks for the same refund, and for no other")
    func sameKey() async throws {
        try await Shop.with(poolSize: 12) { shop in
            let order = try await shop.paid(shop.product("PEN", stock: 5))
            let outcomes = try await withThrowingTaskGroup(of: RefundOutcome.self) { group in
                for _ in 0..<8 { group.addTask { try await shop.refunds.request(wish(order, 300, key: "k")) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.filter { if case .accepted = $0 { true } else { false } }.count == 1)
            #expect(outcomes.filter { if case .replayed = $0 { true } else { false } }.count == 7)
            #expect(try await shop.refunds.request(wish(order, 301, key: "k")) == .keyReused)
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'payment.refund'") == 1)
            #expect(try await shop.count("SELECT count(*) FROM audit_log WHERE action = 'refund.requested'") == 1)
        }
    }

    @Test("a refund that fails later gives the shop its money back, and the order its state")
    func failsLater() async throws {
        try await Shop.with { shop in
            let order = try await shop.paid(shop.product("PEN", stock: 5))
            let first = try accepted(await shop.refunds.request(wish(order, 999)))
            let second = try accepted(await shop.refunds.request(wish(order)))
            for refund in [first, second] {
                _ = try await shop.refunds.record(snapshot(refund, .succeeded), for: refund.id)
            }
            #expect(try await shop.current(order).status == .refunded)
            _ = try await shop.refunds.record(snapshot(second, .failed, because: "lost_or_stolen_card"), for: second.id)
            #expect(try await shop.current(order).status == .partiallyRefunded)
            #expect(try await shop.current(order).payment?.status == .partiallyRefunded)
            #expect(try await shop.orders.events(of: order.id, for: .staff)?.last?.kind == .refundFailed)
            #expect(try await shop.orders.events(of: order.id, for: .staff)?.last?.reason == "lost_or_stolen_card")
            // A success that comes late is old news.
            guard case .unchanged = try await shop.refunds.record(snapshot(second, .succeeded), for: second.id) else {
                throw Unexpected(what: "a failed refund succeeded")
            }
            _ = try await shop.refunds.record(snapshot(first, .failed, because: "unknown"), for: first.id)
            #expect(try await shop.current(order).status == .confirmed)
            #expect(try await shop.current(order).refunded == Money(0, .usd))
            // All of it can be given back another way.
            #expect(try accepted(await shop.refunds.request(wish(order))).amount == order.totals.total)
        }
    }

    @Test("nothing goes back of what was never taken")
    func nothingTaken() async throws {
        try await Shop.with { shop in
            let order = try await shop.confirming(shop.product("PEN", stock: 5))
            #expect(try await shop.refunds.request(wish(order)) == .notPaid(.reserved))
            #expect(
                try await shop.refunds.request(RefundRequest(orderID: Order.ID(), key: "k", actor: .guest))
                    == .unknownOrder)
            let paid = try await shop.paid(shop.product("INK", stock: 5))
            let euros = RefundRequest(
                orderID: paid.id, amount: Money(1, try #require(Currency("EUR"))), key: "k", actor: .guest)
            #expect(try await shop.refunds.request(euros) == .wrongCurrency(.usd))
        }
    }

    @Test("news that do not fit change nothing")
    func foreign() async throws {
        try await Shop.with { shop in
            let order = try await shop.paid(shop.product("PEN", stock: 5))
            let refund = try accepted(await shop.refunds.request(wish(order, 100)))
            let larger = ProviderRefund(id: .init(rawValue: "re_1"), status: .succeeded, amount: Money(101, .usd))
            #expect(try await shop.refunds.record(larger, for: refund.id) == .foreign)
            _ = try await shop.refunds.record(snapshot(refund, .pending), for: refund.id)
            let other = ProviderRefund(id: .init(rawValue: "re_2"), status: .succeeded, amount: refund.amount)
            #expect(try await shop.refunds.record(other, for: refund.id) == .foreign)
            #expect(try await shop.refunds.record(larger, for: Refund.ID()) == .unknownRefund)
            #expect(try await shop.current(order).status == .confirmed)
            #expect(try await shop.refunds.beginNextAttempt(of: refund.id, after: 1) == false)
        }
    }

    @Test("whoever writes past the store meets the last line")
    func lastLine() async throws {
        try await Shop.with { shop in
            let order = try await shop.paid(shop.product("PEN", stock: 5))
            _ = try accepted(await shop.refunds.request(wish(order, 1000)))
            let error = await #expect(throws: PostgresError.self) {
                try await shop.database.execute(
                    """
                    INSERT INTO refunds (id, order_id, payment_id, amount, currency, reason, requested_by, request_key)
                    SELECT gen_random_uuid(), order_id, id, 1000, currency, 'duplicate', 'hand', 'hand' FROM payments
                    """)
            }
            #expect(error?.constraint == "refunds_within_captured")
            await #expect(throws: PostgresError.self) {
                try await shop.database.execute("UPDATE refunds SET amount = 2000")
            }
        }
    }
}
