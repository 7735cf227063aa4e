import Domain
import Foundation
import Postgres
import Storage
import TestSupport
import Testing

@testable import JobQueue
@testable import Worker

@Suite("Money that is set aside is taken once", .timeLimit(.minutes(1)))
struct CapturePaymentHandlerTests {
    /// A confirmed order whose money is set aside.
    private func authorized(in shop: Shop) async throws -> CheckoutSnapshot {
        let facts = try await shop.confirming(shop.product(stock: 5))
        shop.payments.change(try #require(facts.intentID), to: .requiresCapture)
        try await shop.settle(facts)
        return try await shop.facts(facts.orderID)
    }

    private func run(_ facts: CheckoutSnapshot, in shop: Shop) async throws {
        let handler = CapturePaymentHandler(store: shop.store, checkouts: shop.checkouts, payments: shop.payments)
        try await handler.run(
            CapturePayment(orderID: facts.orderID), in: try await shop.claim(CapturePayment.self))
    }

    @Test("it is taken, and a job that comes again takes nothing")
    func taken() async throws {
        try await Shop.with { shop in
            let facts = try await authorized(in: shop)
            #expect(try await shop.captures.request(facts.orderID, by: .system("test")) == .requested)
            try await run(facts, in: shop)
            #expect(try await shop.facts(facts.orderID).paymentStatus == .captured)
            #expect(shop.payments.keys.last == "pcap:\(facts.paymentID)")
            try await run(facts, in: shop)
            #expect(shop.payments.charges == 1)
            #expect(try await shop.orders.events(of: facts.orderID, for: .staff)?.last?.kind == .paymentCaptured)
        }
    }

    @Test("a part is taken where a part was asked for, and only that counts from then on")
    func part() async throws {
        try await Shop.with { shop in
            let facts = try await authorized(in: shop)
            let part = Money(500, .usd)
            #expect(
                try await shop.captures.request(facts.orderID, amount: Money(2000, .usd), by: .system("test"))
                    == .exceedsAuthorized(Money(1999, .usd)))
            #expect(try await shop.captures.request(facts.orderID, amount: part, by: .system("test")) == .requested)
            #expect(try await shop.captures.request(facts.orderID, amount: part, by: .system("test")) == .requested)
            #expect(try await shop.captures.request(facts.orderID, by: .system("test")) == .requested)
            #expect(
                try await shop.captures.request(facts.orderID, amount: Money(501, .usd), by: .system("test"))
                    == .alreadyRequested(part))
            try await run(facts, in: shop)
            let order = try #require(await shop.orders.order(facts.orderID, for: .staff))
            #expect(order.payment?.status == .captured && order.payment?.captured == part && order.status == .confirmed)
            let last = try await shop.orders.events(of: facts.orderID, for: .staff)?.last
            #expect(last?.kind == .paymentPartiallyCaptured && last?.reason == "5.00 USD of 19.99 USD")
            // No more than was taken goes back, and all of it does when the order is canceled.
            let much = RefundRequest(orderID: facts.orderID, amount: Money(501, .usd), key: "k", actor: .system("test"))
            #expect(try await shop.refunds.request(much) == .exceedsCaptured(refundable: part))
            guard
                case .canceled = try await shop.orders.cancel(
                    facts.orderID, by: .staff, reason: "test", actor: .system("test"))
            else {
                throw Unexpected(what: "not canceled")
            }
            #expect(try await shop.refunds.refunds(of: facts.orderID).map(\.amount) == [part])
        }
    }

    @Test(
        "a part that somebody took at the provider is what was taken, whoever tells of it first",
        arguments: [false, true])
    func partElsewhere(byEvent: Bool) async throws {
        try await Shop.with { shop in
            let facts = try await authorized(in: shop)
            let id = try #require(facts.intentID)
            shop.payments.change(id, to: .succeeded, received: Money(500, .usd))
            if byEvent {
                #expect(
                    try await shop.hear(.intentSucceeded, shop.wire(facts, .succeeded, received: 500))
                        == .paymentRecorded)
                #expect(
                    try await shop.hear(.intentSucceeded, shop.wire(facts, .succeeded, received: 500)) == .alreadyKnown)
            } else {
                _ = try await shop.captures.request(facts.orderID, by: .system("test"))
                try await run(facts, in: shop)
            }
            let order = try #require(await shop.orders.order(facts.orderID, for: .staff))
            #expect(order.payment?.captured == Money(500, .usd) && order.payment?.amount == Money(1999, .usd))
        }
    }

    @Test("less that is held than was asked for is what can be taken")
    func heldInPart() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            shop.payments.change(try #require(facts.intentID), to: .requiresCapture, capturable: Money(1500, .usd))
            try await shop.settle(facts)
            #expect(try await shop.orders.order(facts.orderID, for: .staff)?.payment?.authorized == Money(1500, .usd))
            #expect(
                try await shop.captures.request(facts.orderID, amount: Money(1501, .usd), by: .system("test"))
                    == .exceedsAuthorized(Money(1500, .usd)))
            #expect(try await shop.captures.request(facts.orderID, by: .system("test")) == .requested)
            try await run(facts, in: shop)
            #expect(try await shop.orders.order(facts.orderID, for: .staff)?.payment?.captured == Money(1500, .usd))
        }
    }

    @Test("what was booked as the whole is put right once the provider says that it was a part")
    func corrected() async throws {
        try await Shop.with { shop in
            let facts = try await authorized(in: shop)
            shop.payments.change(try #require(facts.intentID), to: .succeeded)
            try await shop.settle(facts)
            let wish = RefundRequest(orderID: facts.orderID, amount: Money(200, .usd), key: "k", actor: .system("test"))
            guard case .accepted(let refund) = try await shop.refunds.request(wish) else {
                throw Unexpected(what: "not accepted")
            }
            _ = try await shop.refunds.record(
                ProviderRefund(id: .init(rawValue: "re_1"), status: .succeeded, amount: refund.amount), for: refund.id)
            #expect(
                try await shop.hear(.intentSucceeded, shop.wire(facts, .succeeded, received: 200)) == .paymentRecorded)
            let after = try #require(await shop.orders.order(facts.orderID, for: .staff))
            #expect(
                after.status == .refunded && after.payment?.status == .refunded
                    && after.payment?.captured == Money(200, .usd))
        }
    }

    @Test("money that was taken before the process died reads back as taken")
    func readBack() async throws {
        try await Shop.with { shop in
            let facts = try await authorized(in: shop)
            _ = try await shop.captures.request(facts.orderID, by: .system("test"))
            _ = try await shop.payments.capture(
                try #require(facts.intentID), amount: nil, key: try #require(.capture(ofPayment: facts.paymentID)))
            try await run(facts, in: shop)
            #expect(try await shop.facts(facts.orderID).paymentStatus == .captured)
            #expect(shop.payments.charges == 1)
        }
    }

    @Test("money that the provider has let go ends the order")
    func gone() async throws {
        try await Shop.with { shop in
            let facts = try await authorized(in: shop)
            _ = try await shop.captures.request(facts.orderID, by: .system("test"))
            shop.payments.change(try #require(facts.intentID), to: .canceled)
            try await run(facts, in: shop)
            #expect(try await shop.facts(facts.orderID).status == .canceled)
            #expect(shop.payments.charges == 0)
        }
    }

    @Test("a day before it is let go somebody is told, or it is taken", arguments: [false, true])
    func deadline(captures: Bool) async throws {
        try await Shop.with { shop in
            let facts = try await authorized(in: shop)
            let handler = CaptureDeadlinesHandler(store: shop.captures, captures: captures)
            func look() async throws {
                _ = try await shop.database.pool.execute(JobLedger.insertion(of: CaptureDeadlines()).statement)
                try await handler.run(CaptureDeadlines(), in: try await shop.claim(CaptureDeadlines.self))
            }
            try await look()
            #expect(try await shop.orders.events(of: facts.orderID, for: .staff)?.last?.kind == .confirmed)
            try await shop.database.pool.execute("UPDATE payments SET capture_before = now() + interval '23 hours'")
            for _ in 0..<2 { try await look() }
            let events = try #require(await shop.orders.events(of: facts.orderID, for: .staff)).map(\.kind)
            #expect(events.filter { $0 == .captureDue }.count == 1)
            #expect(events.filter { $0 == .captureRequested }.count == (captures ? 1 : 0))
        }
    }
}
