import Domain
import FoundationEssentials
import JobQueue
import Postgres
import Storage
import Testing

extension Shop {
    /// Puts a product for 19.99 USD into the catalogue.
    func product(_ sku: String, stock: Int, price: Money = Money(1999, .usd), prices: [Money] = []) async throws
        -> Product
    {
        let product = Product(
            sku: try SKU(sku), name: "A \(sku)", description: "For writing.",
            category: Domain.Category(slug: "pens", name: "Pens"),
            basePrice: price)
        #expect(try await self.catalog.insertSeed([ProductSeed(product: product, prices: prices, stock: stock)]) == 1)
        return product
    }

    /// A request for an express order of a new guest.
    func express(_ product: Product, _ quantity: Int = 1, key: String = "key-1", guest: CartOwner = .newGuest()) throws
        -> PlaceOrderRequest
    {
        PlaceOrderRequest(
            idempotencyKey: key, fingerprint: Array(repeating: 7, count: 32), buyer: guest,
            source: .items([.init(productID: product.id, quantity: try Quantity(quantity))]),
            paymentMethod: "pm_card_visa",
            email: try EmailAddress("ada@example.com"),
            shippingAddress: try Address(name: "Ada", line1: "1 Road", city: "London", country: "GB"))
    }

    /// A request to buy what lies in a cart.
    func checkout(of owner: CartOwner, key: String) throws -> PlaceOrderRequest {
        PlaceOrderRequest(
            idempotencyKey: key, fingerprint: Array(repeating: 7, count: 32), buyer: owner,
            paymentMethod: "pm_card_visa",
            email: try EmailAddress("ada@example.com"),
            shippingAddress: try Address(name: "Ada", line1: "1 Road", city: "London", country: "GB"))
    }

    /// Places an order that must be accepted.
    func place(_ request: PlaceOrderRequest) async throws -> Order {
        guard case .placed(let order) = try await self.orders.place(request) else {
            throw Unexpected(what: "the order was not accepted")
        }
        return order
    }

    /// Places an express order and sets its stock aside.
    func reserved(_ product: Product, _ quantity: Int = 1) async throws -> Order {
        let order = try await place(express(product, quantity))
        guard case .reserved = try await reserve(order.id) else { throw Unexpected(what: "the order was not reserved") }
        return order
    }

    /// Places an order, sets its stock aside and stores an intent for it.
    func confirming(_ product: Product, _ quantity: Int = 1) async throws -> Order {
        let order = try await reserved(product, quantity)
        #expect(
            try await self.settlements.recordIntent(intentID(order), for: order.id)
                == .recorded(attempt: 1, method: "pm_card_visa"))
        return order
    }

    /// Places an order and pays it.
    func paid(_ product: Product, _ quantity: Int = 1) async throws -> Order {
        let order = try await confirming(product, quantity)
        #expect(try await settle(order, .succeeded).status == .confirmed)
        return try await current(order)
    }

    /// Ships pieces of an order, or all that is left of it, which must be possible.
    func ship(_ order: Order, _ product: Product? = nil, _ quantity: Int = 1, key: String = "key-1") async throws
        -> Shipment
    {
        let items = product.map { [ShipmentRequest.Item(productID: $0.id, quantity: quantity)] } ?? []
        let request = ShipmentRequest(orderID: order.id, items: items, key: key, actor: .system("test"))
        let outcome = try await self.shipments.ship(request)
        guard case .shipped(let shipment) = outcome else { throw Unexpected(what: "not shipped: \(outcome)") }
        return shipment
    }

    func reserve(_ id: Order.ID) async throws -> ReservationOutcome {
        try #require(await self.reservations.reserve([ReservationRequest(orderID: id)]).first).get()
    }

    func intentID(_ order: Order) -> PaymentIntent.ID { PaymentIntent.ID(rawValue: "pi_\(order.id)") }

    func intent(_ order: Order, _ status: PaymentIntentStatus, declined: String? = nil) -> PaymentIntent {
        PaymentIntent(
            id: intentID(order), status: status, amount: order.totals.total, clientSecret: "secret",
            lastError: declined.map { Decline(code: "card_declined", declineCode: $0, message: "Declined.") })
    }

    /// Settles one piece of news.
    @discardableResult
    func settle(
        _ order: Order, _ status: PaymentIntentStatus, declined: String? = nil,
        by source: PaymentUpdate.Source = .worker,
        completion: JobCompletion? = nil
    ) async throws -> SettlementOutcome {
        let news = PaymentUpdate(
            orderID: order.id, intent: intent(order, status, declined: declined), source: source, completion: completion
        )
        let result = try #require(await self.settlements.settle([news]).first)
        return try #require(try result.get())
    }

    /// Starts the checkout job of an order as a worker would, under an epoch.
    func startJob(of order: Order, epoch: Int64 = 1) async throws -> JobCompletion {
        let rows = try await self.database.query(
            """
            UPDATE jobs SET state = 'running', process = 'test', epoch = \(epoch), attempts = 1
             WHERE payload ->> 'orderID' = \(order.id.description)
            RETURNING id
            """)
        return JobCompletion(jobID: JobID(rawValue: try #require(rows.first)["id"]), epoch: epoch)
    }

    func jobState(_ completion: JobCompletion) async throws -> String {
        try #require(try await self.database.query("SELECT state FROM jobs WHERE id = \(completion.jobID)").first)[
            "state"]
    }

    /// Looks an order up as staff.
    func current(_ order: Order) async throws -> Order {
        try #require(try await self.orders.order(order.id, for: .staff))
    }

    /// Lets the time to pay run out.
    func makeOverdue(_ order: Order) async throws {
        try await self.database.execute(
            "UPDATE orders SET reserved_until = now() - interval '1 second' WHERE id = \(order.id)")
    }

    /// Stock of a product.
    func level(_ product: Product) async throws -> Stock {
        try #require(try await self.stock.stock(product.sku))
    }
}

extension CartOwner {
    /// A guest nobody has seen before.
    static func newGuest() -> CartOwner {
        .guest(tokenHash: (0..<32).map { _ in UInt8.random(in: 0...255) })
    }
}

/// A fixture did not come about.
struct Unexpected: Error, CustomStringConvertible {
    let what: String
    var description: String { what }
}
