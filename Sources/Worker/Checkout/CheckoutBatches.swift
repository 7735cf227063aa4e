import JobQueue
import Storage
import Threading

/// Joins the reservations, and the settlements, of checkouts that wait at the same time into one transaction each. One
/// hot stock row is then locked once for all of them.
struct CheckoutBatches: Sendable {
    private let reservations: Batcher<ReservationRequest, Result<ReservationOutcome, any Error>>
    private let settlements: Batcher<PaymentUpdate, Result<SettlementOutcome?, any Error>>

    /// - Parameter maximumConcurrency: how many transactions of each sort may be under way at once.
    init(_ reserving: ReservationStore, _ settling: SettlementStore, maximumConcurrency: Int = 2) {
        reservations = Batcher(maximumBatch: ReservationStore.maximumBatch, maximumConcurrency: maximumConcurrency) {
            requests in
            await JobTrace.joining(requests.count) { await reserving.reserve(requests) }
        }
        settlements = Batcher(maximumBatch: SettlementStore.maximumBatch, maximumConcurrency: maximumConcurrency) {
            updates in
            await JobTrace.joining(updates.count) { await settling.settle(updates) }
        }
    }

    func reserve(_ request: ReservationRequest) async throws -> ReservationOutcome {
        try await own { try await reservations.submit(request) }
    }

    func settle(_ update: PaymentUpdate) async throws -> SettlementOutcome? {
        let outcome = try await own { try await settlements.submit(update) }
        if let outcome { PaymentMetrics.settled(outcome.settlement, by: update.source) }
        return outcome
    }

    /// A batch runs in the task of one of its callers, and gives up with it while it waits for a connection. The others
    /// are none the worse for it: nothing was done, so they ask again, each until it meets a batch of the living.
    private func own<Value>(_ submit: () async throws -> Result<Value, any Error>) async throws -> Value {
        while true {
            let result = try await submit()
            if case .failure(let error) = result, error is CancellationError, !Task.isCancelled { continue }
            return try result.get()
        }
    }
}
