import Domain
import Postgres
import Storage
import Testing

@Suite("A payment that somebody else decides is looked at from time to time")
struct UndecidedTests {
    private func letTenSecondsPass(_ shop: Shop) async throws {
        try await shop.database.execute(
            """
            UPDATE payments SET updated_at = updated_at - interval '10 seconds',
                claimed_until = claimed_until - interval '10 seconds'
            """)
    }

    @Test(
        "it comes up ten seconds after it changed, then every ten seconds, until it is decided",
        arguments: [
            PaymentIntentStatus.requiresAction, .processing,
        ])
    func rhythm(status: PaymentIntentStatus) async throws {
        try await Shop.with { shop in
            let pen = try await shop.product("PEN", stock: 5)
            let order = try await shop.confirming(pen)
            _ = try await shop.confirming(pen)
            try await shop.settle(order, status)
            #expect(try await shop.settlements.claimUndecided() == [])
            for _ in 1...3 {
                try await letTenSecondsPass(shop)
                let claimed = try await shop.settlements.claimUndecided()
                #expect(claimed.map(\.orderID) == [order.id])
                #expect(claimed.map(\.intentID) == [shop.intentID(order)])
                #expect(try await shop.settlements.claimUndecided() == [])
                #expect(try await shop.settle(order, status, by: .reconciler).settlement == .ignore(.alreadyKnown))
            }
            #expect(try await shop.settle(order, .succeeded, by: .reconciler).status == .confirmed)
            try await letTenSecondsPass(shop)
            #expect(try await shop.settlements.claimUndecided() == [])
        }
    }

    @Test("two sweepers never take the same payment")
    func twoSweepers() async throws {
        try await Shop.with(poolSize: 10) { shop in
            let pen = try await shop.product("PEN", stock: 20)
            for _ in 0..<20 { try await shop.settle(shop.confirming(pen), .requiresAction) }
            try await letTenSecondsPass(shop)
            let claimed = try await withThrowingTaskGroup(of: [Order.ID].self) { group in
                for _ in 0..<8 { group.addTask { try await shop.settlements.claimUndecided(limit: 5).map(\.orderID) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(claimed).count == claimed.count)
            #expect(!claimed.isEmpty)
        }
    }
}
