import JobQueue
import Storage

/// Drops changed products from the cache. Doing it twice does no harm.
struct InvalidateProductsHandler: JobHandler {
    let cache: ProductCache

    func run(_ job: InvalidateProducts, in context: JobContext) async throws {
        try await cache.invalidate(job.productIDs)
    }
}
