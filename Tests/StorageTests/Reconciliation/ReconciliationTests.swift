import Domain
import Foundation
import Postgres
import Storage
import Testing

@Suite("Runs of reconciliation leave no gap, and breaks are kept")
struct ReconciliationTests {
    private func finding(_ kind: BreakKind = .foreign, _ id: String = "pi_1") -> ReconciliationFinding {
        ReconciliationFinding(
            kind, .intent, id, orderID: Order.ID(), amount: Money(5, .usd), reason: "It is odd.",
            resolution: .askOperator)
    }

    @Test("the first run covers two days; the next begins before the end of the one before, however long ago that was")
    func windows() async throws {
        try await Shop.with { shop in
            let store = ReconciliationStore(database: shop.database)
            let first = try await store.begin(.recent)
            #expect(abs(first.until.timeIntervalSince(first.from) - 48 * 3600) < 1)
            // One that is not through counts for nothing.
            let again = try await store.begin(.recent)
            #expect(abs(again.until.timeIntervalSince(again.from) - 48 * 3600) < 1)
            try await store.finish(again, .init())
            let next = try await store.begin(.recent)
            #expect(abs(next.until.timeIntervalSince(next.from) - 1200) < 1)
            try await store.finish(next, .init())
            // Three hours without workers.
            try await shop.database.execute(
                "UPDATE reconciliation_runs SET covered_until = covered_until - interval '3 hours'")
            let late = try await store.begin(.recent)
            #expect(abs(late.until.timeIntervalSince(late.from) - (3 * 3600 + 1200)) < 2)
        }
    }

    @Test("an operator's run closes no gap that it does not span")
    func gaps() async throws {
        try await Shop.with { shop in
            let store = ReconciliationStore(database: shop.database)
            let short = try await store.begin(.since(Date(timeIntervalSinceNow: -600)))
            try await store.finish(short, .init())
            #expect(try await store.coveredUntil() == nil)
            let first = try await store.begin(.recent)
            try await store.finish(first, .init())
            try await shop.database.execute(
                "UPDATE reconciliation_runs SET covered_until = covered_until - interval '3 hours'")
            let gap = try #require(try await store.coveredUntil())
            try await store.finish(try await store.begin(.since(Date(timeIntervalSinceNow: -600))), .init())
            #expect(try await store.coveredUntil() == gap)
            let long = try await store.begin(.daily)
            try await store.finish(long, .init())
            #expect(try await store.coveredUntil() == long.until)
            let ahead = try await store.begin(.since(Date(timeIntervalSinceNow: 600)))
            #expect(ahead.from == ahead.until)
        }
    }

    @Test("old runs are forgotten, but for how far everything has been compared")
    func purge() async throws {
        try await Shop.with { shop in
            let store = ReconciliationStore(database: shop.database)
            for _ in 0..<3 { try await store.finish(try await store.begin(.recent), .init()) }
            let covered = try await store.coveredUntil()
            try await shop.database.execute("UPDATE reconciliation_runs SET started_at = now() - interval '31 days'")
            #expect(try await store.purgeRuns(batch: 1) == 2)
            #expect(try await store.coveredUntil() == covered)
        }
    }

    @Test("a break opens, is told once, heals, opens again and is told again; a person's word ends it")
    func life() async throws {
        try await Shop.with { shop in
            let store = ReconciliationStore(database: shop.database)
            let found = try await store.note(finding())
            #expect(try await store.note(finding()).id == found.id)
            #expect(try await store.isToBeReported(found.id))
            #expect(try await !store.isToBeReported(found.id))
            #expect(try await store.openCounts() == [.foreign: 1])
            #expect(try await store.markClosed(found.id))
            #expect(try await !store.markClosed(found.id))
            #expect(try await store.openCounts() == [:])
            #expect(try await store.note(finding()).status == .open)
            #expect(try await store.isToBeReported(found.id))
            let entry = AuditEntry(
                actor: .system("test"), action: "reconciliation.resolved", subjectKind: "reconciliation_break",
                subjectID: "\(found.id)")
            for _ in 0..<2 {
                let resolved = try #require(
                    try await store.resolve(found.id, note: "All is well.", by: .system("test"), noting: entry))
                #expect(resolved.status == .resolved)
                #expect(resolved.note == "All is well." && resolved.resolvedBy == "system:test")
            }
            #expect(
                try await shop.count("SELECT count(*) FROM audit_log WHERE action = 'reconciliation.resolved'") == 1)
            #expect(try await store.note(finding()).status == .resolved)
            #expect(try await store.resolve(ReconciliationBreak.ID(), note: "?", by: .guest, noting: entry) == nil)
        }
    }

    @Test("breaks are listed by kind and state, a page at a time")
    func lists() async throws {
        try await Shop.with { shop in
            let store = ReconciliationStore(database: shop.database)
            for index in 0..<5 { _ = try await store.note(finding(index < 3 ? .foreign : .ahead, "pi_\(index)")) }
            let first = try await store.breaks(kind: .foreign, page: PageRequest(limit: 2))
            let second = try await store.breaks(kind: .foreign, page: PageRequest(limit: 2, cursor: first.nextCursor))
            #expect((first.items + second.items).map(\.providerID) == ["pi_2", "pi_1", "pi_0"])
            #expect(second.nextCursor == nil)
            #expect(try await store.breaks(status: .closed).items.isEmpty)
            #expect(try await store.breaks(status: .open).items.count == 5)
        }
    }

    @Test("a stray charge goes back once, whoever asks for it at the same time")
    func strays() async throws {
        try await Shop.with { shop in
            let order = try await shop.paid(shop.product("PEN", stock: 5))
            let payment = try #require(order.payment?.id)
            let charge = OrphanCharge(
                intentID: .init(rawValue: "pi_stray"), orderID: order.id, paymentID: payment, amount: Money(1999, .usd),
                reason: .duplicate)
            let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<6 {
                    group.addTask { try await shop.refunds.refundOrphanCharge(charge, by: .system("test")) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.filter { $0 }.count == 1)
            #expect(try await shop.count("SELECT count(*) FROM jobs WHERE name = 'payment.refund'") == 1)
            let refund = try #require(try await shop.refunds.refunds(of: order.id).first)
            let facts = try #require(try await shop.refunds.load(refund.id))
            #expect(facts.intentID.rawValue == "pi_stray" && facts.refund.orderID == order.id)
            let snapshot = ProviderRefund(
                id: .init(rawValue: "re_1"), status: .succeeded, amount: Money(1999, .usd), intentID: facts.intentID,
                refundID: refund.id)
            guard case .recorded(let settled) = try await shop.refunds.record(snapshot, for: refund.id) else {
                throw Unexpected(what: "it was not recorded")
            }
            #expect(settled.status == .succeeded)
            #expect(try await shop.refunds.refunds(from: facts.intentID).map(\.id) == [refund.id])
            #expect(try await shop.refunds.refunds(from: shop.intentID(order)).isEmpty)
            // What paid for the order stays, and can still be given back in full.
            #expect(try await shop.current(order).status == .confirmed)
            #expect(try await shop.current(order).refunded.amount == 0)
            guard
                case .accepted = try await shop.refunds.request(
                    RefundRequest(orderID: order.id, key: "all", actor: .guest))
            else {
                throw Unexpected(what: "the order's own money cannot go back any more")
            }
        }
    }

    @Test("no more of a payment is written down as given back than was taken")
    func restores() async throws {
        try await Shop.with { shop in
            let order = try await shop.paid(shop.product("PEN", stock: 5))
            func theirs(_ amount: Int64, _ id: String) -> ProviderRefund {
                ProviderRefund(
                    id: .init(rawValue: id), status: .succeeded, amount: Money(amount, .usd),
                    intentID: shop.intentID(order),
                    refundID: Refund.ID())
            }
            let first = theirs(1500, "re_1")
            for _ in 0..<2 {
                guard case .recorded = try await shop.refunds.restore(first) else {
                    guard case .unchanged = try await shop.refunds.restore(first) else {
                        throw Unexpected(what: "it was not restored")
                    }
                    continue
                }
            }
            #expect(try await shop.current(order).status == .partiallyRefunded)
            #expect(try await shop.refunds.restore(theirs(500, "re_2")) == .unknownRefund)
            #expect(try await shop.refunds.refunds(of: order.id).count == 1)
        }
    }
}
