import CrashPoints
import Postgres
import TestSupport
import Testing

@Suite("Row 11: money that moved is settled although the database fails", .serialized)
struct FailedCommitTests {
    /// An order that is charged, whose worker stands still before it tells the database, to which it speaks through a
    /// relay.
    private func charge(_ shop: Shop) async throws -> (id: String, worker: ManagedProcess, proxy: TCPProxy) {
        let (proxy, settings) = try shop.databaseProxy()
        let worker = try await shop.startWorker(settings: settings.merging(Shop.stopping(at: .charged)) { $1 })
        let id = try #require(try await shop.order(try await shop.products()[0], wait: nil).body?.id)
        try await shop.waitUntilStopped(worker)
        #expect(try await shop.charges(of: id).count == 1)
        return (id, worker, proxy)
    }

    private func check(_ id: String, _ shop: Shop) async throws {
        try await shop.wait(for: "confirmed", of: id)
        try await shop.hurryPush()
        try await shop.settleUp()
        #expect(try await shop.charges(of: id).count == 1)
        #expect(try await shop.database.pool.query("SELECT 1 FROM refunds").isEmpty)
        let state = try await shop.state(of: id)
        #expect(state.attempts <= 6 && state.crashes == 0, "\(state)")
    }

    @Test("an outage of the database delays the settlement")
    func theDatabaseIsAwayForAWhile() async throws {
        try await Shop.open { shop in
            let processes = (try await shop.startSandbox(), try await shop.startAPI())
            let (id, worker, proxy) = try await charge(shop)
            proxy.hold(at: "SET on_hand = on_hand - held.quantity", .fromClient, delivered: false)
            worker.resume()
            try await eventually(within: .seconds(20), "the settlement is on its way") { proxy.isHolding }
            proxy.refuse()
            proxy.cut()
            try await shop.expect(
                OrderState(order: "reserved", payment: "confirming", hasIntent: true, stock: "held", job: "running"),
                of: id)
            // Long enough for attempts that find no database.
            try await eventually(within: .seconds(20), "the worker has tried again") {
                worker.log.contains("trying again")
            }
            #expect(try await shop.state(of: id).order == "reserved")
            proxy.accept()
            try await check(id, shop)
            withExtendedLifetime((processes, worker)) {}
        }
    }

    @Test("a lost answer to the commit changes nothing")
    func lostAnswerToTheCommit() async throws {
        try await Shop.open { shop in
            let processes = (try await shop.startSandbox(), try await shop.startAPI())
            let (id, worker, proxy) = try await charge(shop)
            proxy.hold(at: "COMMIT", .fromServer, delivered: false)
            worker.resume()
            try await eventually(within: .seconds(20), "the answer to a commit is on its way") { proxy.isHolding }
            let state = try await shop.state(of: id)
            #expect(state.order == "confirmed" && state.job == "done" && state.email == "pending", "\(state)")
            proxy.cut()
            try await check(id, shop)
            withExtendedLifetime((processes, worker)) {}
        }
    }
}
