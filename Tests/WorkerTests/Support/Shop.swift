import Domain
import JobQueue
import Logging
import Postgres
import Redis
import Storage
import TestSupport
import Testing

@testable import Worker

/// What a worker has, for one test: a fresh database, the stores, and a payment provider that does as it is told. Redis
/// is away, which nothing here depends on.
@dynamicMemberLookup
struct Shop: Sendable {
    let database: TestDatabase
    let stores: ShopStores
    let checkouts: CheckoutBatches
    let payments = ScriptedPayments()
    let logger: Logger

    /// Opens a shop, runs the test in it, and checks that every invariant holds at the end.
    static func with(_ body: (Shop) async throws -> Void) async throws {
        let migrations = [try JobQueueMigrations.set(), try ShopMigrations.set()]
        try await TestDatabase.with(migrations: migrations, poolSize: 8) { database in
            let logger = Logger(label: "shop") { _ in SwiftLogNoOpLogHandler() }
            // Port 1 of the loopback: nobody listens there.
            let redis = RedisClient(try RedisConfiguration(url: "redis://127.0.0.1:1"), logger: logger)
            let stores = ShopStores(
                database: database.pool, redis: redis, dispatcher: JobDispatcher(redis: redis, logger: logger),
                settings: ShopSettings(paymentProvider: "stripe"))
            let shop = Shop(
                database: database, stores: stores, checkouts: CheckoutBatches(stores.reservations, stores.settlements),
                logger: logger)
            try await body(shop)
            #expect(try await shop.invariants.check() == [])
            await redis.close()
        }
    }

    var store: SettlementStore { stores.settlements }

    subscript<Store>(dynamicMember store: KeyPath<ShopStores, Store>) -> Store { stores[keyPath: store] }

    /// Puts a product for 19.99 USD into the catalogue.
    func product(_ sku: String = "PEN", stock: Int) async throws -> Product {
        let product = Product(
            sku: try SKU(sku), name: "A \(sku)", description: "For writing.",
            category: Domain.Category(slug: "pens", name: "Pens"),
            basePrice: Money(1999, .usd))
        _ = try await stores.catalog.insertSeed([ProductSeed(product: product, prices: [], stock: stock)])
        return product
    }

    /// An order of one piece by a new guest, just accepted.
    func placed(_ product: Product, method: String = "pm_card_visa") async throws -> Order {
        let guest = CartOwner.guest(tokenHash: (0..<32).map { _ in UInt8.random(in: 0...255) })
        let outcome = try await stores.orders.place(
            PlaceOrderRequest(
                idempotencyKey: "key", fingerprint: Array(repeating: 7, count: 32), buyer: guest,
                source: .items([.init(productID: product.id, quantity: .one)]), paymentMethod: method,
                email: try EmailAddress("ada@example.com"),
                shippingAddress: try Address(name: "Ada", line1: "1 Road", city: "London", country: "GB")))
        guard case .placed(let order) = outcome else {
            throw Unexpected(what: "the order was not accepted: \(outcome)")
        }
        return order
    }

    /// An order with its stock set aside.
    func reserved(_ product: Product) async throws -> Order {
        let order = try await placed(product)
        guard case .reserved = try await checkouts.reserve(ReservationRequest(orderID: order.id)) else {
            throw Unexpected(what: "the order was not reserved")
        }
        return order
    }

    /// An order with stock set aside and an intent at the provider, stored.
    func confirming(_ product: Product) async throws -> CheckoutSnapshot {
        let order = try await reserved(product)
        let id = payments.add(order)
        guard case .recorded = try await store.recordIntent(id, for: order.id) else {
            throw Unexpected(what: "the intent was not stored")
        }
        return try await facts(order.id)
    }

    func facts(_ id: Order.ID) async throws -> CheckoutSnapshot {
        try #require(try await store.load(id))
    }

    /// Brings news of a payment as its checkout job would.
    @discardableResult
    func settle(_ facts: CheckoutSnapshot) async throws -> SettlementOutcome {
        let intent = try await payments.retrieve(try #require(facts.intentID))
        return try #require(
            try await checkouts.settle(PaymentUpdate(orderID: facts.orderID, intent: intent, source: .worker)))
    }

    /// The charge of a payment as its checkout job would make it.
    func charge(_ facts: CheckoutSnapshot, method: String = "pm_card_visa") throws -> PaymentCharge {
        PaymentCharge(
            store: store, payments: payments, intentID: try #require(facts.intentID), paymentID: facts.paymentID,
            method: method)
    }
}

/// A fixture did not come about.
struct Unexpected: Error, CustomStringConvertible {
    let what: String
    var description: String { what }
}
