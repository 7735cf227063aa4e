public import Domain
public import JobQueue
public import Postgres

/// The transactions of a checkout after an order was accepted: setting stock aside, storing the intent, settling the outcome.
///
/// Everything takes arrays, because jobs wait in lists and one hot stock row locked once serves all of them; one is the array of one.
/// When one element breaks a batch, each is done alone, so it fails alone. All locks are taken in one order: orders by id, payments, stock rows
/// by SKU, carts.
public struct CheckoutStore: Sendable {
    /// The most orders in one transaction. Longer arrays are split.
    public static let maximumBatch = 64

    let database: PostgresPool
    let dispatcher: JobDispatcher
    let outcomes: OutcomeBus?
    let settings: ShopSettings

    /// A store in this database that pushes jobs, and tells whoever waits for an outcome, after its commits.
    public init(database: PostgresPool, dispatcher: JobDispatcher, outcomes: OutcomeBus? = nil, settings: ShopSettings = ShopSettings()) {
        self.database = database
        self.dispatcher = dispatcher
        self.outcomes = outcomes
        self.settings = settings
    }

    /// The facts about an order, `nil` when there is none.
    public func load(_ orderID: Order.ID) async throws -> CheckoutFacts? { throw StorageError.notFound("implementation yet") }
    /// Sets stock aside, in order of the orders' numbers (transaction W1). One result for each request, in the order of the requests.
    public func reserve(_ requests: [ReservationRequest]) async -> [Result<ReservationOutcome, any Error>] { [] }
    /// Stores the provider's intent before any money moves (transaction W2).
    public func recordIntent(_ intentID: PaymentIntent.ID, for orderID: Order.ID) async throws -> RecordIntentOutcome {
        throw StorageError.notFound("implementation yet")
    }
    /// Settles news of payments (transaction W3): idempotent, fenced by the jobs that bring them. One result for each element, in their order;
    /// `JobFenced` when the bringing attempt is stale, in which case nothing of that element was done.
    public func finalise(_ news: [Finalisation]) async -> [Result<FinaliseOutcome?, any Error>] { [] }

    /// Takes overdue orders that still hold stock, so that no other sweeper takes them for 30 s. Without an intent: `releaseOverdue`. With one: cancel it
    /// at the provider, then `finalise` what the provider says.
    public func claimOverdue(limit: Int = 64) async throws -> [CheckoutFacts] { throw StorageError.notFound("implementation yet") }
    /// Gives back the stock of overdue orders that have no intent, and ends them as expired. Others are left alone. Returns which were.
    public func releaseOverdue(_ orderIDs: [Order.ID]) async throws -> [Order.ID] { throw StorageError.notFound("implementation yet") }
    /// Takes payments whose intent could still be confirmed although their order is over, so that no other sweeper takes them for 30 s: cancel them at
    /// the provider, then `finalise` what it says.
    public func claimOrphanedIntents(limit: Int = 64) async throws -> [CheckoutFacts] { throw StorageError.notFound("implementation yet") }
    /// Opens carts that are locked although no order is being paid from them. Returns how many.
    @discardableResult public func reopenStaleCarts() async throws -> Int { throw StorageError.notFound("implementation yet") }
}
