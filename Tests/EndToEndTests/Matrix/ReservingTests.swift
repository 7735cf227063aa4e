import CrashPoints
import Postgres
import TestSupport
import Testing

@Suite("Rows 5, 6 and 19: stock is set aside once, and given back only when nobody pays for it", .serialized)
struct ReservingTests {
    @Test("row 5: claimed, nothing done")
    func claimed() async throws {
        try await Shop.open { shop in
            let processes = (try await shop.startSandbox(), try await shop.startAPI())
            let product = try await shop.products()[0]
            let id = try await shop.place(
                product, dyingAt: .jobClaimed, of: "order.checkout",
                leaving: OrderState(
                    order: "pending", payment: "created", hasIntent: false, stock: "none", job: "running"))
            try await shop.recover(id)
            // The death of its process is no attempt of the job's.
            let state = try await shop.state(of: id)
            #expect(state.attempts == 1 && state.crashes == 1, "\(state)")
            withExtendedLifetime(processes) {}
        }
    }

    @Test("row 6: stock set aside, the provider not asked")
    func reserved() async throws {
        try await Shop.open { shop in
            let processes = (try await shop.startSandbox(), try await shop.startAPI())
            let product = try await shop.products()[0]
            let id = try await shop.place(
                product, dyingAt: .stockReserved,
                leaving: OrderState(
                    order: "reserved", payment: "created", hasIntent: false, stock: "held", job: "running"))
            #expect(try await shop.intents(of: id).isEmpty)
            #expect(try await shop.stock(of: product) == (product.onHand, 1))
            try await shop.recover(id)
            #expect(try await shop.stock(of: product) == (product.onHand - 1, 0))
            withExtendedLifetime(processes) {}
        }
    }

    /// Settings under which an order is overdue a moment after its stock was set aside.
    private static let hasty = ["RESERVATION_SECONDS": "1"]

    @Test("row 19: called off at the provider because its time is up, which is not stored")
    func calledOff() async throws {
        try await Shop.open(settings: Self.hasty) { shop in
            let processes = (try await shop.startSandbox(), try await shop.startAPI())
            let product = try await shop.products()[0]
            let state = OrderState(
                order: "reserved", payment: "confirming", hasIntent: true, stock: "held", job: "running")
            let standing = try await shop.startWorker(settings: Shop.stopping(at: .intentRecorded))
            let id = try #require(try await shop.order(product, wait: nil).body?.id)
            try await shop.waitUntilStopped(standing)
            let sweeping = try await shop.startWorker(settings: Shop.dying(at: .overdueCanceled))
            try await shop.waitForDeath(of: sweeping)
            try await shop.expect(state, of: id)
            #expect(try await shop.intents(of: id).map(\.status) == ["canceled"])
            #expect(try await shop.stock(of: product) == (product.onHand, 1))

            // Whoever comes first: the worker that was about to charge, or another sweep.
            standing.resume()
            try await shop.wait(for: "expired", of: id)
            try await shop.settleUp()
            #expect(try await shop.charges(of: id).isEmpty)
            #expect(try await shop.stock(of: product) == (product.onHand, 0))
            withExtendedLifetime((processes, standing)) {}
        }
    }

    @Test("row 19: paid in the moment in which its time is up")
    func paidInTime() async throws {
        try await Shop.open(settings: Self.hasty) { shop in
            let processes = (try await shop.startSandbox(), try await shop.startAPI())
            let product = try await shop.products()[0]
            try await shop.setStock(of: product, to: 1)
            let standing = try await shop.startWorker(settings: Shop.stopping(at: .charged))
            let id = try #require(try await shop.order(product, wait: nil).body?.id)
            try await shop.waitUntilStopped(standing)
            try await shop.expect(
                OrderState(order: "reserved", payment: "confirming", hasIntent: true, stock: "held", job: "running"),
                of: id)

            // The sweep of another worker wants to give the last one back, and learns that it is paid. It takes no
            // checkouts, so that it can't be the lapse of the standing one's lease that brings the order to its end.
            let sweeping = try await shop.startWorker(settings: ["WORKER_QUEUES": "email=4,cache=4"], queue: "email")
            try await shop.wait(for: "confirmed", of: id)
            standing.resume()
            #expect(try await shop.order(product).status == 409)
            try await shop.settleUp()
            #expect(try await shop.charges(of: id).count == 1)
            #expect(try await shop.stock(of: product) == (0, 0))
            withExtendedLifetime((processes, standing, sweeping)) {}
        }
    }

    @Test("row 19: killed while charging, overdue before anybody goes on")
    func overdueAfterADeath() async throws {
        try await Shop.open(settings: Self.hasty) { shop in
            let processes = (try await shop.startSandbox(), try await shop.startAPI())
            let product = try await shop.products()[0]
            let id = try await shop.place(
                product, dyingAt: .charged,
                leaving: OrderState(
                    order: "reserved", payment: "confirming", hasIntent: true, stock: "held", job: "running"),
                charged: 1)
            try await eventually("its time is up") {
                try await shop.database.pool.query("SELECT reserved_until < now() AS is_over FROM orders")[0]["is_over"]
            }
            try await shop.recover(id)
            withExtendedLifetime(processes) {}
        }
    }
}
