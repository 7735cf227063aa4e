public import Domain
public import JobQueue

/// Throws changed products out of the cache.
public struct InvalidateProducts: Job, Hashable {
    /// Stored with every job of this kind.
    public static let name = "cache.invalidate-products"
    /// Where they wait.
    public static let queue: QueueName = "cache"
    /// How often they are tried.
    public static let retry: RetryPolicy = .exponential(attempts: 20, from: .milliseconds(200), to: .seconds(30))

    /// What changed.
    public let productIDs: [Product.ID]

    /// A job for products.
    public init(productIDs: [Product.ID]) {
        self.productIDs = productIDs
    }
}

extension InvalidateProducts {
    /// The most products in one job, so that its payload stays far below what the ledger takes.
    private static let maximumProducts = 500

    /// Ledger rows for as many jobs as these products need; none for none.
    static func pending(for products: some Sequence<Product.ID>) throws -> [PendingJob] {
        let ids = Set(products).sorted()
        return try stride(from: 0, to: ids.count, by: maximumProducts).map { start in
            try JobLedger.insertion(of: InvalidateProducts(productIDs: Array(ids[start..<min(start + maximumProducts, ids.count)])))
        }
    }
}
