import Storage
import Threading

/// Joins the reading, and the settling, of events that are handled at the same time into one statement each, so that a
/// storm of them costs little more than a few.
struct PaymentEventBatches: Sendable {
    private let loads: Batcher<String, StoredEvent?>
    private let endings: Batcher<HandledEvent, Result<Void, any Error>>

    init(store: WebhookStore) {
        loads = Batcher(maximumBatch: WebhookStore.maximumBatch) { try await store.load($0) }
        endings = Batcher(maximumBatch: WebhookStore.maximumBatch) { await store.markHandled($0) }
    }

    func load(_ id: String) async throws -> StoredEvent? {
        try await loads.submit(id)
    }

    func markHandled(_ event: HandledEvent) async throws {
        while true {
            let result = try await endings.submit(event)
            // A batch runs in the task of one of its callers, and gives up with it. The others are none the worse for
            // it: nothing was done.
            if case .failure(let error) = result, error is CancellationError, !Task.isCancelled { continue }
            return try result.get()
        }
    }
}
