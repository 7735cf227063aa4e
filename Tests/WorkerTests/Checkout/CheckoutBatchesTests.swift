import Dispatch
import Domain
import Postgres
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Worker

@Suite("Whoever is canceled in a batch is canceled alone", .timeLimit(.minutes(1)))
struct CheckoutBatchesTests {
    @Test("a request survives the cancellation of those it waited with")
    func innocent() async throws {
        try await Shop.with { shop in
            let order = try await shop.placed(shop.product(stock: 5))
            let pool = try shop.database.makePool { $0.poolSize = 1 }
            let stores = ShopStores(database: pool, redis: shop.redis, dispatcher: shop.dispatcher)
            let batches = CheckoutBatches(stores.reservations, stores.settlements, maximumConcurrency: 1)
            // Nobody gets the one connection yet.
            let gate = DispatchSemaphore(value: 0)
            let holder = Task { try await pool.withConnection { _ in gate.wait() } }
            try await eventually("the connection is taken") { pool.statistics.inUse == 1 }

            let started = Atomic<Int>(0)
            let reserve: @Sendable () async throws -> ReservationOutcome = {
                started.add(1, ordering: .relaxed)
                return try await batches.reserve(ReservationRequest(orderID: order.id))
            }
            let first = Task { try await reserve() }
            try await eventually("the first batch waits for the connection") { pool.statistics.waiting == 1 }
            // These form the second batch; all of it but one is canceled while it waits.
            let others = (0..<20).map { _ in Task { try await reserve() } }
            try await eventually("the others have come") { started.load(ordering: .relaxed) == 21 }
            let innocent = Task { try await reserve() }
            try await eventually("all have come") { started.load(ordering: .relaxed) == 22 }
            for victim in [first] + others { victim.cancel() }
            for victim in [first] + others { await #expect(throws: CancellationError.self) { try await victim.value } }
            gate.signal()
            try await holder.value
            guard case .reserved = try await innocent.value else {
                throw Unexpected(what: "the order was not reserved")
            }
            await pool.close()
        }
    }
}
