import Domain
import Postgres
import Storage
import TestSupport
import Testing

@Suite("An order is called off without losing money or goods")
struct CancelTests {
    private func cancel(_ order: Order, in shop: Shop, by viewer: OrderViewer = .staff) async throws -> CancelOutcome {
        try await shop.orders.cancel(order.id, by: viewer, reason: "requested_by_customer", actor: .system("test"))
    }

    @Test("where no money is under way it is over at once", arguments: [false, true])
    func atOnce(isReserved: Bool) async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let order = isReserved ? try await shop.reserved(pen, 2) : try await shop.place(shop.express(pen, 2))
            guard case .canceled(let after) = try await cancel(order, in: shop) else {
                throw Unexpected(what: "not canceled")
            }
            #expect(after.status == .canceled)
            #expect(after.payment?.status == .canceled)
            #expect(try await shop.level(pen) == Stock(sku: pen.sku, onHand: 5, reserved: 0))
            #expect(try await shop.orders.events(of: order.id, for: .staff)?.last?.reason == "requested_by_customer")
            guard case .alreadyOver = try await cancel(order, in: shop) else {
                throw Unexpected(what: "called off twice")
            }
            #expect(
                try await shop.settlements.recordIntent(shop.intentID(order), for: order.id) == .notPayable(.canceled))
            #expect(try await shop.reserve(order.id) == .settled(try #require(await shop.settlements.load(order.id))))
        }
    }

    @Test("what was taken goes back in the same transaction, what went back before counts")
    func paid() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let order = try await shop.paid(pen, 2)
            let part = RefundRequest(orderID: order.id, amount: Money(998, .usd), key: "k", actor: .system("test"))
            guard case .accepted(let first) = try await shop.refunds.request(part) else {
                throw Unexpected(what: "no refund")
            }
            _ = try await shop.refunds.record(
                ProviderRefund(id: .init(rawValue: "re_1"), status: .succeeded, amount: first.amount), for: first.id)
            guard case .canceled(let after) = try await cancel(order, in: shop) else {
                throw Unexpected(what: "not canceled")
            }
            #expect(after.status == .canceled)
            #expect(try await shop.level(pen) == Stock(sku: pen.sku, onHand: 5, reserved: 0))
            let refunds = try await shop.refunds.refunds(of: order.id)
            #expect(refunds.map(\.amount.amount) == [998, 3000])
            #expect(refunds.last?.reason == .orderCanceled)
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'payment.refund'") == 2)
            guard case .alreadyOver = try await cancel(order, in: shop) else {
                throw Unexpected(what: "called off twice")
            }
            #expect(try await shop.invariants.check() == [])
            _ = try await shop.refunds.record(
                ProviderRefund(id: .init(rawValue: "re_2"), status: .succeeded, amount: Money(3000, .usd)),
                for: refunds[1].id)
            #expect(try await shop.current(order).status == .canceled)
            #expect(try await shop.current(order).payment?.status == .refunded)
        }
    }

    @Test("goods that have left are not called off")
    func sent() async throws {
        try await Shop.with { shop in
            let order = try await shop.paid(shop.product("PEN", stock: 5))
            _ = try await shop.ship(order)
            guard case .alreadyShipped = try await cancel(order, in: shop) else { throw Unexpected(what: "called off") }
            #expect(try await shop.current(order).status == .confirmed)
            #expect(try await shop.refunds.refunds(of: order.id) == [])
        }
    }

    @Test("only the buyer calls an order off")
    func others() async throws {
        try await Shop.with { shop in
            let order = try await shop.paid(shop.product("PEN", stock: 5))
            #expect(try await cancel(order, in: shop, by: .buyer(.newGuest())) == .unknownOrder)
            #expect(try await shop.current(order).status == .confirmed)
        }
    }

    @Test("a payment that is under way is asked about first, once, and takes no other card meanwhile")
    func underWay() async throws {
        try await Shop.with { shop in
            let order = try await shop.confirming(shop.product("PEN", stock: 5))
            for _ in 0..<3 {
                guard case .started(let running) = try await cancel(order, in: shop) else {
                    throw Unexpected(what: "not started")
                }
                #expect(running.status == .reserved)
            }
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'order.cancel'") == 1)
            #expect(try await shop.count("SELECT count(*) FROM order_events WHERE kind = 'cancel_requested'") == 1)
            // A job that died is followed by another when somebody asks again.
            try await shop.database.execute(
                "UPDATE jobs SET state = 'dead', reason = 'failed', finished_at = now() WHERE name = 'order.cancel'")
            for _ in 0..<2 { _ = try await cancel(order, in: shop) }
            #expect(
                try await shop.count("SELECT count(*) FROM jobs WHERE name = 'order.cancel' AND state = 'ready'") == 1)
            try await shop.settle(order, .requiresPaymentMethod, declined: "expired_card")
            let again = try await shop.orders.retryPayment(of: order.id, method: "pm_card_visa", by: .staff)
            #expect(again == .notPayable(.paymentFailed))
            // Called off at the provider: the customer's wish is the reason, whoever brings the news.
            #expect(try await shop.settle(order, .canceled, by: .sweeper).status == .canceled)
            #expect(try await shop.orders.events(of: order.id, for: .staff)?.last?.reason == "requested_by_customer")
        }
    }

    @Test("an order that is paid although it is being called off sends no confirmation")
    func paidMeanwhile() async throws {
        try await Shop.with { shop in
            let order = try await shop.confirming(shop.product("PEN", stock: 5))
            _ = try await cancel(order, in: shop)
            #expect(try await shop.settle(order, .succeeded).status == .confirmed)
            #expect(try await shop.count("SELECT count(*) FROM email_deliveries") == 0)
        }
    }

    @Test("an authorisation that is let go ends its order and puts the goods back, whoever notices")
    func voided() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let order = try await shop.confirming(pen, 2)
            #expect(try await shop.settle(order, .requiresCapture).status == .confirmed)
            #expect(try await shop.level(pen) == Stock(sku: pen.sku, onHand: 3, reserved: 0))
            let outcome = try await shop.settle(order, .canceled, by: .webhook)
            #expect(outcome.settlement == .void)
            #expect(outcome.status == .canceled)
            #expect(try await shop.level(pen) == Stock(sku: pen.sku, onHand: 5, reserved: 0))
            #expect(try await shop.orders.events(of: order.id, for: .staff)?.last?.kind == .voided)
            #expect(try await shop.settle(order, .canceled, by: .reconciler).settlement == .ignore(.alreadyKnown))
        }
    }

    @Test("money held for an order that is over is let go by a job")
    func lateHold() async throws {
        try await Shop.with { shop in
            let order = try await shop.reserved(shop.product("PEN", stock: 5))
            try await shop.makeOverdue(order)
            _ = try await shop.reservations.releaseOverdue([order.id])
            try await shop.database.force(
                "payments",
                """
                UPDATE payments SET status = 'failed', provider_intent_id = \(shop.intentID(order))
                 WHERE order_id = \(order.id)
                """
            )
            #expect(
                try await shop.settle(order, .requiresCapture, by: .webhook).settlement == .recordLateMoney(.authorized)
            )
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'order.cancel'") == 1)
            #expect(try await shop.invariants.check() == [])
            #expect(try await shop.settle(order, .canceled, by: .customer).settlement == .recordPayment(.canceled))
        }
    }

    @Test(
        "an order whose time ran out ends expired, whoever finds its intent called off",
        arguments: [PaymentUpdate.Source.worker, .webhook, .sweeper])
    func expiredForAll(source: PaymentUpdate.Source) async throws {
        try await Shop.with { shop in
            let order = try await shop.confirming(shop.product("PEN", stock: 5))
            try await shop.makeOverdue(order)
            #expect(try await shop.reservations.claimOverdue().count == 1)
            #expect(try await shop.settle(order, .canceled, by: source).status == .expired)
        }
    }

    @Test("calling off, paying and expiring race: one end, and money and goods agree with it", arguments: 0..<12)
    func race(round: Int) async throws {
        try await Shop.with(poolSize: 10) { shop in
            let pen = try await shop.product("PEN", stock: 3)
            let order = try await shop.confirming(pen, 3)
            try await shop.makeOverdue(order)
            // The provider has decided: every news of it says the same.
            let status: PaymentIntentStatus = round % 2 == 0 ? .succeeded : .canceled
            async let called = cancel(order, in: shop)
            async let worker = shop.settle(order, status)
            async let sweeper = shop.settle(order, status, by: .sweeper)
            async let webhook = shop.settle(order, status, by: .webhook)
            _ = try await (called, worker, sweeper, webhook)
            let after = try await shop.current(order)
            if status == .canceled {
                #expect(after.status == .canceled || after.status == .expired)
                #expect(try await shop.refunds.refunds(of: order.id) == [])
                #expect(try await shop.level(pen) == Stock(sku: pen.sku, onHand: 3, reserved: 0))
            } else {
                // Asked for before the payment was known, the job of it gives the money back; asked for after, it goes
                // back at once.
                let refunds = try await shop.refunds.refunds(of: order.id)
                let jobs = try await shop.count("SELECT count(*) FROM jobs WHERE name = 'order.cancel'")
                #expect(after.status == (jobs == 1 ? .confirmed : .canceled))
                #expect(refunds.count == (jobs == 1 ? 0 : 1))
            }
        }
    }
}
