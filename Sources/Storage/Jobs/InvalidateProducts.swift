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
