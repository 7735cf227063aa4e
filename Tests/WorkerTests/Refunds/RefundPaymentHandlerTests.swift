import Domain
import Foundation
import Observability
import Postgres
import Storage
import TestSupport
import Testing

@testable import JobQueue
@testable import Worker

@Suite("A refund is made once, whatever the provider does", .timeLimit(.minutes(1)))
struct RefundPaymentHandlerTests {
    private func run(_ refund: Refund, in shop: Shop, metrics: PrometheusRegistry = PrometheusRegistry()) async throws {
        let context = try await shop.claim(RefundPayment.self, "refundID", refund.id.description)
        let handler = RefundPaymentHandler(store: shop.refunds, payments: shop.payments, metrics: metrics)
        try await handler.run(RefundPayment(refundID: refund.id), in: context)
    }

    private func status(_ refund: Refund, in shop: Shop) async throws -> RefundStatus {
        try #require(await shop.refunds.load(refund.id)).refund.status
    }

    @Test("it goes through, and running the job again gives nothing back")
    func succeeds() async throws {
        try await Shop.with { shop in
            let refund = try await shop.requestedRefund()
            try await run(refund, in: shop)
            try await run(refund, in: shop)
            #expect(try await status(refund, in: shop) == .succeeded)
            #expect(shop.payments.refundCount == 1)
            #expect(shop.payments.keys.last == "rf:\(refund.id)")
            #expect(try await shop.facts(refund.orderID).status == .partiallyRefunded)
        }
    }

    @Test("the rest is what is left when somebody gave money back at the provider that nobody here knew of")
    func restFollows() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            let intentID = try #require(facts.intentID)
            shop.payments.change(intentID, to: .succeeded)
            try await shop.settle(facts)
            shop.payments.refundByHand(intentID, Money(800, .usd))
            guard
                case .canceled = try await shop.orders.cancel(
                    facts.orderID, by: .staff, reason: "test", actor: .system("test")),
                let refund = try await shop.refunds.refunds(of: facts.orderID).first
            else { throw Unexpected(what: "not canceled") }
            #expect(refund.amount == Money(1999, .usd) && refund.takesTheRest)
            let failure = await #expect(throws: JobFailure.self) { try await run(refund, in: shop) }
            guard case .snooze = failure else { throw Unexpected(what: "\(String(describing: failure))") }
            try await run(refund, in: shop)
            let refunds = try await shop.refunds.refunds(of: facts.orderID)
            #expect(refunds.map(\.amount.amount) == [1199, 800] && refunds.allSatisfy { $0.status == .succeeded })
            #expect(refunds.map(\.source) == [.shop, .provider])
            let order = try #require(await shop.orders.order(facts.orderID, for: .staff))
            #expect(
                order.status == .canceled && order.payment?.status == .refunded && order.refunded == Money(1999, .usd))
            #expect(try await shop.payments.refunds(of: intentID).reduce(0) { $0 + $1.amount.amount } == 1999)
        }
    }

    @Test("a refund above what is left fails with the provider's reason, and refunds made elsewhere are then known")
    func amountDoesNotFollow() async throws {
        try await Shop.with { shop in
            let refund = try await shop.requestedRefund()
            let intentID = try #require(await shop.facts(refund.orderID).intentID)
            shop.payments.refundByHand(intentID, Money(1500, .usd))
            try await run(refund, in: shop)
            let refunds = try await shop.refunds.refunds(of: refund.orderID)
            #expect(refunds.map(\.status) == [.failed, .succeeded])
            #expect(refunds[0].failureReason == "amount_too_large: the amount is greater than what is left")
            let rest = RefundRequest(orderID: refund.orderID, key: "rest", actor: .system("test"))
            guard case .accepted(let accepted) = try await shop.refunds.request(rest) else {
                throw Unexpected(what: "not accepted")
            }
            #expect(accepted.amount == Money(499, .usd))
        }
    }

    @Test("an answer that was lost is asked for under the same key", arguments: [false, true])
    func lost(acts: Bool) async throws {
        try await Shop.with { shop in
            let refund = try await shop.requestedRefund()
            shop.payments.failRefunds(.lost(acts: acts))
            await #expect(throws: JobFailure.self) { try await run(refund, in: shop) }
            #expect(try await status(refund, in: shop) == .requested)
            try await run(refund, in: shop)
            #expect(try await status(refund, in: shop) == .succeeded)
            #expect(shop.payments.refundCount == 1)
            #expect(Set(shop.payments.keys.suffix(2)) == ["rf:\(refund.id)"])
        }
    }

    @Test("a failure that the provider keeps under the key spends the key, not the refund", arguments: [false, true])
    func keptFailure(acts: Bool) async throws {
        try await Shop.with { shop in
            let refund = try await shop.requestedRefund()
            shop.payments.failRefunds(.serverError(acts: acts))
            if acts {
                try await run(refund, in: shop)
            } else {
                await #expect(throws: JobFailure.self) { try await run(refund, in: shop) }
                try await run(refund, in: shop)
                #expect(shop.payments.keys.last == "rf:\(refund.id):2")
            }
            #expect(try await status(refund, in: shop) == .succeeded)
            #expect(shop.payments.refundCount == 1)
        }
    }

    @Test("a job that comes back after the provider has forgotten its key finds what it did")
    func forgottenKey() async throws {
        try await Shop.with { shop in
            let refund = try await shop.requestedRefund()
            shop.payments.failRefunds(.lost(acts: true))
            await #expect(throws: JobFailure.self) { try await run(refund, in: shop) }
            shop.payments.forgetKeys()
            try await shop.database.pool.execute("UPDATE refunds SET created_at = now() - interval '2 days'")
            try await run(refund, in: shop)
            #expect(try await status(refund, in: shop) == .succeeded)
            #expect(shop.payments.refundCount == 1)
        }
    }

    @Test("each thing that becomes of a refund is counted once")
    func counts() async throws {
        try await Shop.with { shop in
            let registry = PrometheusRegistry()
            let refund = try await shop.requestedRefund()
            shop.payments.answerRefunds(as: .pending)
            await #expect(throws: JobFailure.self) { try await run(refund, in: shop, metrics: registry) }
            await #expect(throws: JobFailure.self) { try await run(refund, in: shop, metrics: registry) }
            shop.payments.changeRefunds(to: .succeeded)
            for _ in 0..<2 { try await run(refund, in: shop, metrics: registry) }
            let lines = await registry.exposition().split(separator: "\n").filter {
                $0.hasPrefix("payments_refunds_total{")
            }
            #expect(lines.count == 2 && lines.allSatisfy { $0.hasSuffix(" 1") }, "\(lines)")
            #expect(
                lines.contains { $0.contains(#"status="pending""#) }
                    && lines.contains { $0.contains(#"status="succeeded""#) })
        }
    }

    @Test(
        "a refund that the provider has not carried out yet is followed to its end",
        arguments: [RefundStatus.succeeded, .failed])
    func pending(end: RefundStatus) async throws {
        try await Shop.with { shop in
            let refund = try await shop.requestedRefund()
            shop.payments.answerRefunds(as: .pending)
            let failure = await #expect(throws: JobFailure.self) { try await run(refund, in: shop) }
            guard case .snooze = failure else { throw Unexpected(what: "\(String(describing: failure))") }
            #expect(try await status(refund, in: shop) == .pending)
            shop.payments.changeRefunds(to: end, because: end == .failed ? "expired_or_canceled_card" : nil)
            try await run(refund, in: shop)
            #expect(try await status(refund, in: shop) == end)
            #expect(try await shop.facts(refund.orderID).status == (end == .failed ? .confirmed : .partiallyRefunded))
            #expect(shop.payments.refundCount == 1)
        }
    }

    @Test("a refund that the provider refuses fails in sight, and its money can be given back another way")
    func refused() async throws {
        try await Shop.with { shop in
            let refund = try await shop.requestedRefund()
            // Somebody gave all of it back at the provider's own page.
            let facts = try await shop.facts(refund.orderID)
            _ = try await shop.payments.refund(
                ProviderRefundRequest(
                    refundID: Refund.ID(), orderID: facts.orderID, intentID: try #require(facts.intentID),
                    amount: facts.amount,
                    reason: .requestedByCustomer, key: try #require(IdempotencyKey(rawValue: "by-hand"))))
            try await run(refund, in: shop)
            let after = try #require(await shop.refunds.load(refund.id)).refund
            #expect(after.status == .failed)
            #expect(after.failureReason == "amount_too_large: the amount is greater than what is left")
            #expect(try await shop.orders.events(of: refund.orderID, for: .staff)?.last?.kind == .refundFailed)
        }
    }
}
