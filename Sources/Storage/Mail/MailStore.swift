public import Domain
public import JobQueue
public import Postgres

/// Deliveries of mail: each at most once.
public struct MailStore: Sendable {
    let database: PostgresPool
    let dispatcher: JobDispatcher

    /// A store in this database.
    public init(database: PostgresPool, dispatcher: JobDispatcher) {
        self.database = database
        self.dispatcher = dispatcher
    }

    /// The delivery and the order it is about, `nil` when there is none.
    public func load(_ id: MailDelivery.ID) async throws -> (delivery: MailDelivery, order: Order)? {
        throw StorageError.notFound("implementation yet")
    }
    /// Commits that a call to the provider is about to be made. Only the answer `send` allows the call.
    public func beginSending(_ id: MailDelivery.ID) async throws -> MailSending { throw StorageError.notFound("implementation yet") }
    /// The provider has it. Completes the job in the same transaction.
    public func markSent(_ id: MailDelivery.ID, attempt: Int, receipt: MailReceipt, completion: JobCompletion? = nil) async throws {
        throw StorageError.notFound("implementation yet")
    }
    /// It surely did not go out. `permanent` ends the delivery as failed and completes the job; otherwise it is pending again and the job retries.
    public func markNotSent(_ id: MailDelivery.ID, attempt: Int, reason: String, permanent: Bool, completion: JobCompletion? = nil)
        async throws
    { throw StorageError.notFound("implementation yet") }
    /// It may have gone out: parked until somebody knows. Completes the job.
    public func markUnknown(_ id: MailDelivery.ID, attempt: Int, reason: String, completion: JobCompletion? = nil) async throws {
        throw StorageError.notFound("implementation yet")
    }
    /// Takes deliveries of unknown outcome that have waited long enough to ask the provider, so that nobody else asks for the next minute.
    public func claimUnknown(waiting age: Duration, limit: Int = 32) async throws -> [MailDelivery] {
        throw StorageError.notFound("implementation yet")
    }
    /// Settles an unknown outcome: the provider accepted it, or did not; then it is tried once more with the same Message-ID (a new job is enqueued).
    public func resolveUnknown(_ id: MailDelivery.ID, wasAccepted: Bool) async throws { throw StorageError.notFound("implementation yet") }
}
