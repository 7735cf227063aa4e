import Storage
import Threading

/// Joins the reservations, and the settlements, of checkouts that wait at the same time into one transaction each. One hot stock row is
/// then locked once for all of them.
struct CheckoutBatches: Sendable {
    private let reservations: Batcher<ReservationRequest, Result<ReservationOutcome, any Error>>
    private let finalisations: Batcher<Finalisation, Result<FinaliseOutcome?, any Error>>

    /// - Parameter lanes: how many transactions of each sort may be under way at once.
    init(store: CheckoutStore, lanes: Int = 2) {
        reservations = Batcher(maximumBatch: CheckoutStore.maximumBatch, lanes: lanes) { await store.reserve($0) }
        finalisations = Batcher(maximumBatch: CheckoutStore.maximumBatch, lanes: lanes) { await store.finalise($0) }
    }

    func reserve(_ request: ReservationRequest) async throws -> ReservationOutcome {
        try await reservations.submit(request).get()
    }

    func finalise(_ news: Finalisation) async throws -> FinaliseOutcome? {
        try await finalisations.submit(news).get()
    }
}
