import Domain
import FoundationEssentials
import Postgres
import Storage
import Testing

@Suite("What customers' banks ask back is recorded with its order")
struct DisputeTests {
    private func dispute(_ intent: PaymentIntent.ID?, _ status: DisputeStatus, id: String = "du_1") -> Dispute {
        Dispute(
            id: .init(rawValue: id), intentID: intent, amount: Money(1999, .usd), reason: "fraudulent", status: status,
            openedAt: Date(timeIntervalSince1970: 1_764_000_000),
            answerBefore: Date(timeIntervalSince1970: 1_765_000_000))
    }

    private func kinds(_ order: Order, in shop: Shop) async throws -> [OrderEvent.Kind] {
        try await shop.orders.events(of: order.id, for: .staff)?.map(\.kind).filter {
            $0 == .disputeOpened || $0 == .disputeClosed
        } ?? []
    }

    @Test("opened, looked at, decided: each once")
    func life() async throws {
        try await Shop.with { shop in
            let order = try await shop.paid(shop.product("PEN", stock: 5))
            let intent = shop.intentID(order)
            #expect(try await shop.disputes.record(dispute(intent, .needsResponse)) == .opened(order.id))
            #expect(try await shop.disputes.record(dispute(intent, .needsResponse)) == .unchanged)
            #expect(try await shop.disputes.open().map(\.orderNumber) == [order.number])
            #expect(try await shop.disputes.record(dispute(intent, .underReview)) == .changed(order.id))
            #expect(try await shop.disputes.record(dispute(intent, .lost)) == .changed(order.id))
            #expect(try await shop.disputes.open() == [])
            let record = try #require(await shop.disputes.disputes(about: order.id).first)
            #expect(record.dispute == dispute(intent, .lost))
            #expect(record.orderID == order.id && record.closedAt != nil)
            #expect(try await kinds(order, in: shop) == [.disputeOpened, .disputeClosed])
            let last = try #require(try await shop.orders.events(of: order.id, for: .staff)?.last)
            #expect(last.reason == "lost" && last.status == .confirmed)
        }
    }

    @Test(
        "news that come late do not open it again", arguments: [DisputeStatus.won, .lost, .warningClosed, .prevented])
    func late(end: DisputeStatus) async throws {
        try await Shop.with { shop in
            let order = try await shop.paid(shop.product("PEN", stock: 5))
            let intent = shop.intentID(order)
            #expect(try await shop.disputes.record(dispute(intent, end)) == .opened(order.id))
            for status in DisputeStatus.allCases {
                #expect(try await shop.disputes.record(dispute(intent, status)) == .unchanged)
            }
            #expect(try await shop.disputes.disputes(about: order.id).map(\.dispute.status) == [end])
            #expect(try await kinds(order, in: shop) == [.disputeOpened, .disputeClosed])
        }
    }

    @Test("beginning and end at once, many times: one of each", arguments: 1...4)
    func atOnce(_ round: Int) async throws {
        try await Shop.with(poolSize: 12) { shop in
            let order = try await shop.paid(shop.product("PEN", stock: 5))
            let intent = shop.intentID(order)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 1...20 {
                    group.addTask {
                        _ = try await shop.disputes.record(
                            dispute(intent, index.isMultiple(of: 2) ? .needsResponse : .won))
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await shop.disputes.disputes(about: order.id).map(\.dispute.status) == [.won])
            #expect(try await kinds(order, in: shop) == [.disputeOpened, .disputeClosed])
        }
    }

    @Test("several ends at once: the first one counts", arguments: 1...4)
    func endsAtOnce(_ round: Int) async throws {
        try await Shop.with(poolSize: 12) { shop in
            let order = try await shop.paid(shop.product("PEN", stock: 5))
            let intent = shop.intentID(order)
            _ = try await shop.disputes.record(dispute(intent, .needsResponse))
            let outcomes = try await withThrowingTaskGroup(of: RecordDisputeOutcome.self) { group in
                for index in 1...24 {
                    group.addTask {
                        try await shop.disputes.record(dispute(intent, index.isMultiple(of: 2) ? .lost : .won))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 != .unchanged } == [.changed(order.id)])
            #expect(try await kinds(order, in: shop) == [.disputeOpened, .disputeClosed])
        }
    }

    @Test("one about nothing of ours is shown all the same")
    func foreign() async throws {
        try await Shop.with { shop in
            let unknown = try await shop.disputes.record(dispute(.init(rawValue: "pi_none"), .needsResponse))
            let without = try await shop.disputes.record(dispute(nil, .needsResponse, id: "du_2"))
            #expect(unknown == .opened(nil) && without == .opened(nil))
            let orders = try await shop.disputes.disputes().items.map(\.orderID)
            #expect(orders == [nil, nil])
        }
    }

    @Test("money that the bank took need not go back a second time when the order is called off")
    func takenBack() async throws {
        try await Shop.with { shop in
            let order = try await shop.paid(shop.product("PEN", stock: 5))
            _ = try await shop.orders.cancel(order.id, by: .staff, reason: "test", actor: .system("test"))
            let refund = try #require(await shop.refunds.refunds(of: order.id).first)
            _ = try await shop.refunds.markRefused(refund.id, reason: "charge_disputed")
            #expect(try await shop.invariants.check().map(\.name) == ["money_has_an_order"])
            _ = try await shop.disputes.record(dispute(shop.intentID(order), .lost))
        }
    }
}
