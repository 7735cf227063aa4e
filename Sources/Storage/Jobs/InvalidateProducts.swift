package import Domain
package import JobQueue

/// Throws changed products out of the cache.
package struct InvalidateProducts: Job, Hashable {
    /// Stored with every job of this kind.
    package static let name = "product_cache.invalidate"
    /// Where they wait.
    package static let queue = ShopQueue.cache.name
    /// How often they are tried.
    package static let retry: RetryPolicy = .exponential(attempts: 20, from: .milliseconds(200), to: .seconds(30))

    /// What changed.
    package let productIDs: [Product.ID]

    /// A job for products.
    package init(productIDs: [Product.ID]) {
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
            try JobLedger.insertion(
                of: InvalidateProducts(productIDs: Array(ids[start..<min(start + maximumProducts, ids.count)])))
        }
    }
}
