import Domain
import FoundationEssentials
import JobQueue
import Postgres
import Storage
import Testing

@Suite("An order whose checkout job has died ends when its time is up", .timeLimit(.minutes(1)))
struct StoppedOrderTests {
    private func kill(_ order: Order, _ shop: Shop, as state: String = "dead") async throws {
        let reason: String? = state == "discarded" ? nil : "attempts_exhausted"
        #expect(
            try await shop.database.execute(
                """
                UPDATE jobs SET state = \(state), reason = \(reason), process = NULL
                 WHERE payload ->> 'orderID' = \(order.id.description)
                """
            ) == 1)
    }

    @Test(
        "until then it holds its stock, says so, and can be brought back", arguments: ["dead", "parked", "discarded"])
    func held(_ state: String) async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let order = try await shop.current(shop.reserved(pen))
            #expect(try await shop.orders.stopped() == nil)
            try await kill(order, shop, as: state)
            let waiting = try await shop.orders.waiting([order], pace: nil, isProviderAway: false)
            #expect(waiting[order.id]?.reason == .stopped)
            let stopped = try #require(try await shop.orders.stopped())
            #expect(stopped.count == 1 && stopped.firstNumber == order.number && stopped.until == order.reservedUntil)
            #expect(try await shop.reservations.claimOverdue().isEmpty)
            #expect(try await shop.reservations.endAbandoned() == [])
            #expect(try await shop.level(pen).reserved == 1)
            // Once it is over nothing is said of it any more.
            try await shop.makeOverdue(order)
            let overdue = try await shop.reservations.claimOverdue()
            #expect(try await shop.reservations.releaseOverdue(overdue.map(\.orderID)) == [order.id])
            #expect(try await shop.orders.stopped() == nil)
            #expect(try await shop.level(pen).reserved == 0)
        }
    }

    @Test("also one that never got its stock, and no other", arguments: ["dead", "parked", "discarded"])
    func pending(_ state: String) async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let owner = CartOwner.newGuest()
            _ = try await shop.carts.add(.one, of: pen.id, for: owner)
            let dead = try await shop.place(shop.checkout(of: owner, key: "k"))
            let (waiting, young) = (try await shop.place(shop.express(pen)), try await shop.place(shop.express(pen)))
            for order in [dead, young] { try await kill(order, shop, as: state) }
            let old = [dead.id, waiting.id]
            try await shop.database.execute(
                "UPDATE orders SET created_at = now() - interval '16 minutes' WHERE id = ANY (\(old)::uuid[])")
            #expect(try await shop.reservations.endAbandoned() == [dead.id])
            #expect(try await shop.current(dead).status == .expired)
            #expect(try await shop.current(waiting).status == .pending)
            #expect(try await shop.current(young).status == .pending)
            #expect(try await shop.count("SELECT count(*) FROM carts WHERE NOT is_express AND status = 'open'") == 1)
            // Nobody was told of it, so nobody is written to about its end.
            #expect(try await shop.count("SELECT count(*) FROM email_deliveries") == 0)
            // The job is brought back too late: there is nothing left to do for it.
            guard case .settled = try await shop.reserve(dead.id) else { throw Unexpected(what: "it was not settled") }
            try await kill(waiting, shop)
            try await shop.database.execute("UPDATE orders SET checkout_job_id = NULL WHERE id = \(waiting.id)")
            // An order of an earlier version does not name its job.
            #expect(try await shop.reservations.endAbandoned() == [waiting.id])
            try await shop.database.execute(
                "UPDATE jobs SET state = 'ready', reason = NULL WHERE payload ->> 'orderID' = \(young.id.description)")
        }
    }
}

@Suite("What the provider refuses for good ends the order", .timeLimit(.minutes(1)))
struct RefusedPaymentTests {
    private static let refusal = PaymentRefusal(code: "amount_too_small")

    @Test("without an intent at once: stock back, cart open, customer told, job done")
    func withoutIntent() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let owner = CartOwner.newGuest()
            _ = try await shop.carts.add(.one, of: pen.id, for: owner)
            let order = try await shop.place(shop.checkout(of: owner, key: "k"))
            _ = try await shop.reserve(order.id)
            let completion = try await shop.startJob(of: order)
            #expect(
                try await shop.settlements.refuse(order.id, because: Self.refusal, completion: completion) == .rejected)
            let now = try await shop.current(order)
            #expect(
                now.status == .rejected && now.rejectionReason == "amount_too_small" && now.payment?.status == .canceled
            )
            #expect(try await shop.level(pen) == Stock(sku: pen.sku, onHand: 5, reserved: 0))
            #expect(try await shop.count("SELECT count(*) FROM carts WHERE status = 'open'") == 1)
            #expect(try await shop.count("SELECT count(*) FROM email_deliveries WHERE kind = 'cancellation'") == 1)
            // Emails go to whoever the request named, so it is counted with the declined payments of its client.
            #expect(try await shop.count("SELECT count(*) FROM payment_declines") == 1)
            #expect(try await shop.jobState(completion) == "done")
            let last = try #require(try await shop.orders.events(of: order.id, for: .staff)?.last)
            #expect(last.kind == .rejected && last.reason == "amount_too_small")
            #expect(
                try await shop.orders.retryPayment(of: order.id, method: "pm_card_visa", by: .staff)
                    == .notPayable(.rejected))
        }
    }

    @Test("with one only once it is called off; what was charged after all stays confirmed")
    func withIntent() async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let order = try await shop.confirming(pen)
            let completion = try await shop.startJob(of: order)
            #expect(
                try await shop.settlements.refuse(order.id, because: Self.refusal, completion: completion)
                    == .intentStored(shop.intentID(order)))
            #expect(try await shop.level(pen).reserved == 1)
            func news(_ order: Order, _ status: PaymentIntentStatus) -> PaymentUpdate {
                PaymentUpdate(
                    orderID: order.id, intent: shop.intent(order, status), source: .worker,
                    refusal: .unusableMethod)
            }
            _ = try #require(await shop.settlements.settle([news(order, .canceled)]).first).get()
            let now = try await shop.current(order)
            #expect(now.status == .rejected && now.rejectionReason == PaymentRefusal.unusableMethod.code)
            #expect(try await shop.level(pen).reserved == 0)
            let paid = try await shop.confirming(pen)
            _ = try #require(await shop.settlements.settle([news(paid, .succeeded)]).first).get()
            #expect(try await shop.current(paid).status == .confirmed)
            #expect(
                try await shop.settlements.refuse(
                    paid.id, because: Self.refusal, completion: try await shop.startJob(of: paid)) == .settled)
        }
    }
}
