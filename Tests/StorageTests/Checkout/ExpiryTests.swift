import Domain
import Postgres
import Storage
import TestSupport
import Testing

@Suite("Expiry never sells paid stock")
struct ExpiryTests {
    @Test("an overdue order without an intent gives its stock back, once")
    func noIntent() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 2)
            let order = try await shop.reserved(pen, 2)
            #expect(try await shop.reservations.claimOverdue() == [])
            try await shop.makeOverdue(order)
            #expect(try await shop.reservations.claimOverdue().map(\.orderID) == [order.id])
            #expect(try await shop.reservations.claimOverdue() == [])
            #expect(try await shop.reservations.releaseOverdue([order.id]) == [order.id])
            #expect(try await shop.reservations.releaseOverdue([order.id]) == [])
            #expect(try await shop.current(order).status == .expired)
            #expect(try await shop.level(pen) == Stock(sku: pen.sku, onHand: 2, reserved: 0))
            #expect(
                try await shop.settlements.recordIntent(shop.intentID(order), for: order.id) == .notPayable(.expired))
        }
    }

    @Test("an order with an intent is released only once the provider has called it off")
    func withIntent() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 2)
            let order = try await shop.confirming(pen, 2)
            try await shop.makeOverdue(order)
            let claimed = try await shop.reservations.claimOverdue()
            #expect(claimed.map(\.intentID) == [shop.intentID(order)])
            #expect(try await shop.reservations.releaseOverdue([order.id]) == [])
            #expect(try await shop.level(pen).reserved == 2)
            #expect(try await shop.settle(order, .canceled, by: .sweeper).status == .expired)
            #expect(try await shop.level(pen).reserved == 0)
            #expect(try await shop.current(order).payment?.status == .canceled)
        }
    }

    @Test("two sweepers never take the same order")
    func twoSweepers() async throws {
        try await Shop.with(poolSize: 10) { shop in
            let pen = try await shop.product("PEN", stock: 30)
            for _ in 0..<30 { try await shop.makeOverdue(shop.reserved(pen)) }
            let claimed = try await withThrowingTaskGroup(of: [Order.ID].self) { group in
                for _ in 0..<8 { group.addTask { try await shop.reservations.claimOverdue(limit: 10).map(\.orderID) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(claimed).count == claimed.count)
            #expect(!claimed.isEmpty)
        }
    }

    @Test("expiry and payment race: one wins, and stock follows the winner", arguments: 0..<8)
    func race(round: Int) async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 3)
            let order = try await shop.confirming(pen, 3)
            try await shop.makeOverdue(order)
            // The provider decides which of the two it is; here both answers arrive, as after a cancellation that came
            // too late.
            async let paid = shop.settle(order, .succeeded, by: round % 2 == 0 ? .worker : .webhook)
            async let canceled = shop.settle(order, .canceled, by: .sweeper)
            let outcomes = try await [paid, canceled]
            let status = try await shop.current(order).status
            if status == .confirmed {
                #expect(outcomes[1].settlement == .ignore(.outranked))
                #expect(try await shop.level(pen) == Stock(sku: pen.sku, onHand: 0, reserved: 0))
            } else {
                // A called-off intent can never succeed, so a success after it is not believed.
                #expect(status == .expired)
                #expect(outcomes[0].settlement == .ignore(.outranked))
                #expect(try await shop.level(pen) == Stock(sku: pen.sku, onHand: 3, reserved: 0))
            }
        }
    }

    @Test("release without an intent and a worker that stores one race: never both")
    func releaseRace() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 40)
            for _ in 0..<15 {
                let order = try await shop.reserved(pen)
                try await shop.makeOverdue(order)
                async let recorded = shop.settlements.recordIntent(shop.intentID(order), for: order.id)
                async let released = shop.reservations.releaseOverdue([order.id])
                let (intent, ids) = try await (recorded, released)
                #expect((intent == .notPayable(.expired)) == (ids == [order.id]))
            }
        }
    }

    @Test("money that moved for an order that is over is kept in sight, and goes back")
    func lateMoney() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 2)
            let order = try await shop.reserved(pen)
            try await shop.makeOverdue(order)
            _ = try await shop.reservations.claimOverdue()
            _ = try await shop.reservations.releaseOverdue([order.id])
            try await shop.database.force(
                "payments",
                """
                UPDATE payments SET status = 'failed', provider_intent_id = \(shop.intentID(order))
                 WHERE order_id = \(order.id)
                """
            )
            #expect(try await shop.settle(order, .succeeded, by: .webhook).settlement == .recordLateMoney(.captured))
            #expect(try await shop.current(order).status == .expired)
            #expect(
                try await shop.orders.events(of: order.id, for: .staff)?.map(\.kind).suffix(2) == [
                    .paidTooLate, .refundRequested,
                ])
            let refund = try #require(await shop.refunds.refunds(of: order.id).first)
            #expect(refund.amount == order.totals.total)
            #expect(refund.reason == .latePayment)
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'payment.refund'") == 1)
            // The same news again ask for nothing more.
            #expect(try await shop.settle(order, .succeeded, by: .reconciler).settlement == .ignore(.alreadyKnown))
            let done = ProviderRefund(id: .init(rawValue: "re_1"), status: .succeeded, amount: refund.amount)
            _ = try await shop.refunds.record(done, for: refund.id)
            #expect(try await shop.current(order).status == .expired)
            #expect(try await shop.current(order).payment?.status == .refunded)
            // A bank that sends it back leaves money without an order: somebody has to look.
            let failed = ProviderRefund(id: .init(rawValue: "re_1"), status: .failed, amount: refund.amount)
            _ = try await shop.refunds.record(failed, for: refund.id)
            #expect(try await shop.invariants.check().map(\.name) == ["money_has_an_order"])
            guard
                case .accepted = try await shop.refunds.request(
                    RefundRequest(orderID: order.id, key: "again", actor: .system("test")))
            else {
                throw Unexpected(what: "the money cannot be given back another way")
            }
        }
    }
}
