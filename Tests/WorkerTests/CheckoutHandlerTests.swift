import Domain
import Foundation
import Postgres
import Storage
import TestSupport
import Testing

@testable import JobQueue
@testable import Worker

@Suite("A checkout job goes on only while that can help", .timeLimit(.minutes(1)))
struct CheckoutHandlerTests {
    private func run(_ order: Order, in shop: Shop) async throws {
        let rows = try await shop.database.pool.query(
            """
            UPDATE jobs SET state = 'running', process = 'test', epoch = 1, attempts = 1
             WHERE payload ->> 'orderID' = \(order.id.description) RETURNING id
            """)
        let id = JobID(rawValue: try #require(rows.first)["id"])
        let context = JobContext(
            jobID: id, name: "checkout", queue: "checkout", attempt: 1, crashes: 0, isLastAttempt: false, enqueuedAt: Date(),
            traceparent: nil, completion: JobCompletion(jobID: id, epoch: 1), workerLogger: shop.logger, progress: nil)
        let handler = CheckoutHandler(
            checkouts: shop.checkouts, store: shop.store, payments: shop.payments, captureMethod: .automatic)
        try await handler.run(CheckoutOrder(orderID: order.id), in: context)
    }

    @Test("an order is reserved, charged and confirmed, through a failure that the provider keeps")
    func confirms() async throws {
        try await Shop.with { shop in
            let order = try await shop.placed(shop.product(stock: 5))
            shop.payments.fail(.serverError(acts: false))
            try await run(order, in: shop)
            #expect(try await shop.facts(order.id).status == .confirmed)
            #expect(shop.payments.charges == 1)
        }
    }

    @Test("an order so old that the provider may have forgotten its keys is paid with the intent that was made for it before")
    func oldOrder() async throws {
        try await Shop.with { shop in
            let product = try await shop.product(stock: 5)
            let (old, other, young) = (try await shop.placed(product), try await shop.placed(product), try await shop.placed(product))
            // An earlier attempt was cut off after its charge, and the database restored to a time before it.
            let earlier = PaymentIntent(
                id: .init(rawValue: "pi_earlier"), status: .succeeded, amount: old.totals.total, orderID: old.id,
                createdAt: Date(timeIntervalSinceNow: -21 * 3600), paymentID: old.payment?.id)
            shop.payments.put(earlier)
            for order in [old, other] {
                try await shop.database.pool.execute(
                    "UPDATE orders SET created_at = now() - interval '21 hours' WHERE id = \(order.id)")
                try await run(order, in: shop)
            }
            try await run(young, in: shop)
            #expect(try await shop.facts(old.id).intentID == earlier.id)
            for order in [old, other, young] { #expect(try await shop.facts(order.id).status == .confirmed) }
            // The old one was charged before, by an attempt that this database knows nothing of.
            #expect(shop.payments.charges == 2)
            #expect(shop.payments.creations == 2)
        }
    }

    @Test("a failed creation that the provider keeps is left for a new key, at once, and a retry comes to the same key")
    func keptCreation() async throws {
        try await Shop.with { shop in
            let order = try await shop.placed(shop.product(stock: 5))
            let payment = try await shop.facts(order.id).paymentID
            shop.payments.failCreations(2)
            let error = await #expect(throws: JobFailure.self) { try await run(order, in: shop) }
            guard case .transient = error else { throw Unexpected(what: "\(String(describing: error))") }
            #expect(try await shop.facts(order.id).creation == 2)
            try await run(order, in: shop)
            #expect(shop.payments.creationKeys == ["pi:\(payment)", "pi:\(payment):2", "pi:\(payment):2", "pi:\(payment):3"])
            #expect(try await shop.facts(order.id).status == .confirmed)
            #expect(shop.payments.charges == 1)
            // An intent is stored: there is nothing left to create.
            #expect(try await !shop.store.beginNextCreation(of: payment, after: 3))
        }
    }

    @Test("an intent over another amount is a matter for a person, not for waiting")
    func mismatch() async throws {
        try await Shop.with { shop in
            let order = try await shop.placed(shop.product(stock: 5))
            _ = shop.payments.add(order, amount: Money(1, .usd))
            shop.payments.fail(.lost(acts: false))
            let error = await #expect(throws: JobFailure.self) { try await run(order, in: shop) }
            guard case .transient = error else { throw Unexpected(what: "\(String(describing: error))") }
            let final = await #expect(throws: JobFailure.self) { try await run(order, in: shop) }
            guard case .permanent(code: "payment_mismatch", _) = final else { throw Unexpected(what: "\(String(describing: final))") }
            #expect(try await shop.facts(order.id).status == .reserved)
        }
    }
}
