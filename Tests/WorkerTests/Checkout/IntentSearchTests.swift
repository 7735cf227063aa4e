import Domain
import FoundationEssentials
import JobQueue
import Testing

@testable import Worker

@Suite("Intents of old orders are looked for before new ones are made", .timeLimit(.minutes(1)))
struct IntentSearchTests {
    private func intent(
        _ name: String, of order: Order.ID, _ status: PaymentIntentStatus, age: TimeInterval = 22 * 3600
    ) -> PaymentIntent {
        PaymentIntent(
            id: .init(rawValue: name), status: status, amount: Money(5, .usd), orderID: order,
            createdAt: Date(timeIntervalSinceNow: -age))
    }

    private let old = Date(timeIntervalSinceNow: -21 * 3600)

    @Test("a young order asks nobody")
    func young() async throws {
        let payments = ScriptedPayments()
        #expect(try await IntentSearch(payments: payments).intents(of: Order.ID(), placedAt: Date()) == nil)
        #expect(payments.lists == 0)
    }

    @Test("what moved money comes first, and what is called off does not count")
    func order() async throws {
        let payments = ScriptedPayments()
        let id = Order.ID()
        for (name, status) in [
            ("pi_1", PaymentIntentStatus.canceled), ("pi_2", .requiresPaymentMethod), ("pi_3", .succeeded),
        ] {
            payments.put(intent(name, of: id, status, age: 21 * 3600))
        }
        payments.put(intent("pi_4", of: Order.ID(), .succeeded))
        let found = try await IntentSearch(payments: payments).intents(of: id, placedAt: old)
        #expect(found?.map(\.id.rawValue) == ["pi_3", "pi_2"])
    }

    @Test("a hundred old orders read the list once")
    func once() async throws {
        let payments = ScriptedPayments()
        let ids = (0..<100).map { _ in Order.ID() }
        for (index, id) in ids.enumerated() { payments.put(intent("pi_\(index)", of: id, .succeeded, age: 21 * 3600)) }
        let search = IntentSearch(payments: payments)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for id in ids { group.addTask { try await search.intents(of: id, placedAt: old)?.count ?? 0 } }
            for try await count in group { #expect(count == 1) }
        }
        // Two entries on a page.
        #expect(payments.lists == 50)
    }

    @Test("a list that was not read to its end goes on where it ended, and finds nothing before that")
    func goesOn() async throws {
        let payments = ScriptedPayments()
        let id = Order.ID()
        for index in 0..<6 {
            payments.put(
                intent("pi_\(index)", of: index == 0 ? id : Order.ID(), .succeeded, age: 21 * 3600 - Double(index)))
        }
        payments.failLists(after: 2)
        let search = IntentSearch(payments: payments)
        await #expect(throws: JobFailure.self) { try await search.intents(of: id, placedAt: old) }
        let reached = payments.lists
        #expect(try await search.intents(of: id, placedAt: old)?.count == 1)
        #expect(payments.lists == reached + 1)
    }
}
