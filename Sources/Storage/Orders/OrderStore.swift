public import Domain
public import JobQueue
public import Postgres

/// Placing orders and looking at them.
public struct OrderStore: Sendable {
    let database: PostgresPool
    let dispatcher: JobDispatcher
    let settings: ShopSettings

    /// A store in this database that pushes checkout jobs after its commits.
    public init(database: PostgresPool, dispatcher: JobDispatcher, settings: ShopSettings = ShopSettings()) {
        self.database = database
        self.dispatcher = dispatcher
        self.settings = settings
    }

    /// Accepts an order, once per idempotency key (transaction T1 of the checkout). When it answers `placed`, the order and its job are durable.
    public func place(_ request: PlaceOrderRequest) async throws -> PlaceOrderOutcome { throw StorageError.notFound("implementation yet") }
    /// Tries another payment method after a decline, while stock is held.
    public func retryPayment(of id: Order.ID, method: String, by viewer: OrderViewer, traceparent: String? = nil) async throws
        -> RetryPaymentOutcome
    { throw StorageError.notFound("implementation yet") }
    /// One order with its items and payment, `nil` when there is none that this viewer may see.
    public func order(_ id: Order.ID, for viewer: OrderViewer) async throws -> Order? { throw StorageError.notFound("implementation yet") }
    /// Orders, latest first.
    public func orders(for viewer: OrderViewer, page: PageRequest = PageRequest()) async throws -> Page<Order> {
        throw StorageError.notFound("implementation yet")
    }
    /// What happened to an order after an event, oldest first; `nil` when the viewer may not see the order.
    public func events(of id: Order.ID, for viewer: OrderViewer, after sequence: Int = 0) async throws -> [OrderEvent]? {
        throw StorageError.notFound("implementation yet")
    }
    /// Forgets idempotency keys older than this, 72 h unless said otherwise. Returns how many.
    @discardableResult public func purgeIdempotencyKeys(olderThan age: Duration = .seconds(72 * 3600)) async throws -> Int {
        throw StorageError.notFound("implementation yet")
    }
}
