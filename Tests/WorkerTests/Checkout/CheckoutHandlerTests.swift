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
        let context = try await shop.claim(CheckoutOrder.self, "orderID", order.id.description)
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
            // Its buyer recognizes the card.
            let payment = try await shop.orders.order(order.id, for: .staff)?.payment
            #expect(payment?.card == CardSummary(brand: "visa", lastFour: "4242"))
        }
    }

    @Test("an order older than the provider keeps keys is paid with the intent that was made for it before")
    func oldOrder() async throws {
        try await Shop.with { shop in
            let product = try await shop.product(stock: 5)
            let (old, other, young) = (
                try await shop.placed(product), try await shop.placed(product), try await shop.placed(product)
            )
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
            #expect(
                shop.payments.creationKeys == [
                    "pi:\(payment)", "pi:\(payment):2", "pi:\(payment):2", "pi:\(payment):3",
                ])
            #expect(try await shop.facts(order.id).status == .confirmed)
            #expect(shop.payments.charges == 1)
            // An intent is stored: there is nothing left to create.
            #expect(try await !shop.store.beginNextCreation(of: payment, after: 3))
        }
    }

    /// What the provider may say for good.
    static let refusals: [PaymentFailure] = [
        .invalidRequest("answered 400", code: "amount_too_small"),
        .invalidRequest("answered 400", code: "idempotency_error"),
        .invalidRequest("it cannot be counted", code: "amount_not_chargeable"), .unusableMethod("answered 400"),
    ]

    @Test("what the provider refuses for good before there is an intent ends the order at once", arguments: refusals)
    func refusedCreation(_ failure: PaymentFailure) async throws {
        try await Shop.with { shop in
            let product = try await shop.product(stock: 5)
            let order = try await shop.placed(product)
            shop.payments.refuse(creations: failure)
            try await run(order, in: shop)
            try await expectRejected(order, product, failure, in: shop)
        }
    }

    @Test("and what it refuses afterwards, once the intent is called off", arguments: refusals)
    func refusedConfirmation(_ failure: PaymentFailure) async throws {
        try await Shop.with { shop in
            let product = try await shop.product(stock: 5)
            let order = try await shop.placed(product)
            shop.payments.refuse(confirmations: failure)
            try await run(order, in: shop)
            let facts = try await expectRejected(order, product, failure, in: shop)
            #expect(try await shop.payments.retrieve(#require(facts.intentID)).status == .canceled)
            #expect(shop.payments.charges == 0)
        }
    }

    @discardableResult
    private func expectRejected(
        _ order: Order, _ product: Product, _ failure: PaymentFailure, in shop: Shop
    ) async throws -> CheckoutSnapshot {
        let now = try #require(try await shop.orders.order(order.id, for: .staff))
        #expect(now.status == .rejected && now.rejectionReason == failure.refusal?.code)
        #expect(now.payment?.status == .canceled)
        #expect(try await shop.stock.stock(product.sku) == Stock(sku: product.sku, onHand: 5, reserved: 0))
        let jobs = try await shop.database.pool.query(
            "SELECT state FROM jobs WHERE payload ->> 'orderID' = \(order.id.description)")
        #expect(try jobs.map { try $0["state"] as String } == ["done"])
        #expect(
            try await shop.database.pool.query("SELECT 1 FROM email_deliveries WHERE kind = 'cancellation'").count == 1)
        return try await shop.facts(order.id)
    }

    @Test("money that has moved all the same confirms the order: the answer to calling it off decides")
    func refusedAfterCharge() async throws {
        try await Shop.with { shop in
            let order = try await shop.placed(shop.product(stock: 5))
            shop.payments.fail(.lost(acts: true))
            shop.payments.refuse(confirmations: nil)
            // The answer to the charge is lost, and before the retry the request is refused for good.
            let earlier = PaymentIntent.ID(rawValue: "pi_\(order.id)")
            guard case .reserved = try await shop.checkouts.reserve(ReservationRequest(orderID: order.id)) else {
                return
            }
            _ = try await shop.payments.create(
                PaymentIntentRequest(
                    orderID: order.id, orderNumber: 1, amount: order.totals.total,
                    key: try #require(.creation(ofPayment: shop.facts(order.id).paymentID))))
            _ = try await shop.store.recordIntent(earlier, for: order.id)
            shop.payments.change(earlier, to: .succeeded)
            shop.payments.refuse(confirmations: .invalidRequest("answered 400", code: "idempotency_error"))
            try await run(order, in: shop)
            #expect(try await shop.facts(order.id).status == .confirmed)
        }
    }

    @Test("an intent that cannot be called off keeps its stock, and the job waits for a person")
    func notCalledOff() async throws {
        try await Shop.with { shop in
            let product = try await shop.product(stock: 5)
            let order = try await shop.placed(product)
            shop.payments.refuse(confirmations: .unusableMethod("answered 400"), cancellations: .notFound)
            let error = await #expect(throws: JobFailure.self) { try await run(order, in: shop) }
            guard case .permanent = error else { throw Unexpected(what: "\(String(describing: error))") }
            #expect(try await shop.facts(order.id).status == .reserved)
            #expect(try await shop.stock.stock(product.sku)?.reserved == 1)
            // Nor is a provider that is away taken for one that refuses.
            shop.payments.refuse(
                confirmations: .unusableMethod("answered 400"),
                cancellations: .unavailable(retryAfter: .seconds(1), .circuit))
            let later = await #expect(throws: JobFailure.self) { try await run(order, in: shop) }
            guard case .snooze = later else { throw Unexpected(what: "\(String(describing: later))") }
        }
    }

    @Test(
        "what is not the provider's word ends no order",
        arguments: [PaymentFailure.notFound, .invalidRequest("answered 418"), .notSent("no network")])
    func otherFailures(_ failure: PaymentFailure) async throws {
        try await Shop.with { shop in
            let order = try await shop.placed(shop.product(stock: 5))
            shop.payments.refuse(creations: failure)
            await #expect(throws: JobFailure.self) { try await run(order, in: shop) }
            shop.payments.refuse(confirmations: failure)
            await #expect(throws: JobFailure.self) { try await run(order, in: shop) }
            #expect(try await shop.facts(order.id).status == .reserved)
        }
    }

    @Test("an order that costs nothing never comes to the provider")
    func free() async throws {
        try await Shop.with { shop in
            let product = try await shop.product(stock: 5)
            try await shop.database.pool.execute("UPDATE products SET base_amount = 0")
            let order = try await shop.placed(product)
            shop.payments.refuse(creations: .invalidRequest("answered 400", code: "parameter_invalid_integer"))
            try await run(order, in: shop)
            #expect(try await shop.facts(order.id).status == .confirmed)
            #expect(shop.payments.creationKeys.isEmpty && shop.payments.keys.isEmpty)
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
            guard case .permanent(code: "payment_mismatch", _) = final else {
                throw Unexpected(what: "\(String(describing: final))")
            }
            #expect(try await shop.facts(order.id).status == .reserved)
        }
    }
}
