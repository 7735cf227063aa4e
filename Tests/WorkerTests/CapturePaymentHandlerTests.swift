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
    private func authorized(in shop: Shop) async throws -> CheckoutFacts {
        let facts = try await shop.confirming(shop.product(stock: 5))
        shop.payments.change(try #require(facts.intentID), to: .requiresCapture)
        try await shop.finalise(facts)
        return try await shop.facts(facts.orderID)
    }

    private func context(_ name: String, in shop: Shop) async throws -> JobContext {
        let rows = try await shop.database.pool.query(
            """
            UPDATE jobs SET state = 'running', process = 'test', epoch = epoch + 1, attempts = attempts + 1 WHERE name = \(name)
            RETURNING id, epoch
            """)
        let row = try #require(rows.first)
        let id = JobID(rawValue: try row["id"])
        return JobContext(
            jobID: id, name: name, queue: CapturePayment.queue, attempt: 1, crashes: 0, isLastAttempt: false, enqueuedAt: Date(),
            traceparent: nil, completion: JobCompletion(jobID: id, epoch: try row["epoch"]), workerLogger: shop.logger, progress: nil)
    }

    private func run(_ facts: CheckoutFacts, in shop: Shop) async throws {
        let handler = CapturePaymentHandler(store: shop.store, checkouts: shop.checkouts, payments: shop.payments)
        try await handler.run(CapturePayment(orderID: facts.orderID), in: try await context(CapturePayment.name, in: shop))
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

    @Test("money that was taken before the process died reads back as taken")
    func readBack() async throws {
        try await Shop.with { shop in
            let facts = try await authorized(in: shop)
            _ = try await shop.captures.request(facts.orderID, by: .system("test"))
            _ = try await shop.payments.capture(try #require(facts.intentID), key: try #require(.capture(ofPayment: facts.paymentID)))
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
            #expect(try await shop.facts(facts.orderID).status == .cancelled)
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
                try await handler.run(CaptureDeadlines(), in: try await context(CaptureDeadlines.name, in: shop))
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
