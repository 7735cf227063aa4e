import CrashPoints
import TestSupport
import Testing

@Suite("Row 20: a cart that is being paid stays as it is", .serialized)
struct LockedCartTests {
    /// An order from a cart, whose worker stands still when the provider has decided.
    private func pay(_ shop: Shop, method: String) async throws -> (id: String, token: String, worker: ManagedProcess) {
        let worker = try await shop.startWorker(settings: Shop.stopping(at: .charged))
        let token = try await shop.fillCart(try await shop.products()[0], quantity: 2)
        let order = try await shop.orderCart(token, method: method)
        #expect(order.status == 202, "\(order.text)")
        let id = try #require(order.body?.id)
        try await shop.waitUntilStopped(worker)
        return (id, token, worker)
    }

    private func expectLocked(_ shop: Shop, _ token: String) async throws {
        let answers = try await shop.editCart(token, try await shop.products()[0])
        #expect(answers.map(\.status) == [409, 409, 409, 409], "\(answers.map(\.text))")
        #expect(answers.allSatisfy { $0.text.contains("cart_locked") }, "\(answers.map(\.text))")
        // A second order of the same cart is none.
        #expect(try await shop.orderCart(token).text.contains("cart_locked"))
    }

    @Test("a cart whose worker was killed stays locked until the outcome")
    func killedWhileItIsLocked() async throws {
        try await Shop.open { shop in
            let processes = (try await shop.startSandbox(), try await shop.startAPI())
            let (id, token, worker) = try await pay(shop, method: "pm_card_visa")
            try await expectLocked(shop, token)
            worker.kill()
            try await shop.waitForDeath(of: worker)
            #expect(try await shop.cartStatus(of: id) == "converting")
            try await expectLocked(shop, token)
            try await shop.recover(id)
            #expect(try await shop.cartStatus(of: id) == "converted")
            // What comes now goes into another cart.
            #expect(try await shop.editCart(token, try await shop.products()[0])[0].status == 200)
            try await shop.checkEverythingAddsUp()
            withExtendedLifetime(processes) {}
        }
    }

    @Test("a declined payment opens the cart again")
    func openAgainAfterADecline() async throws {
        try await Shop.open { shop in
            let processes = (try await shop.startSandbox(), try await shop.startAPI())
            let (id, token, worker) = try await pay(shop, method: "pm_card_visa_chargeDeclined")
            try await expectLocked(shop, token)
            worker.resume()
            try await shop.wait(for: "payment_failed", of: id)
            #expect(try await shop.cartStatus(of: id) == "open")
            #expect(try await shop.editCart(token, try await shop.products()[0]).map(\.status) == [200, 200, 200, 204])
            try await shop.settleUp()
            #expect(try await shop.charges(of: id).isEmpty)
            withExtendedLifetime((processes, worker)) {}
        }
    }
}
