public import Domain
public import JobQueue

/// Throws changed products out of the cache.
public struct InvalidateProducts: Job, Hashable {
    public static let name = "cache.invalidate-products"
    public static let queue: QueueName = "cache"
    public static let retry: RetryPolicy = .exponential(attempts: 20, from: .milliseconds(200), to: .seconds(30))

    /// What changed.
    public let productIDs: [Product.ID]

    /// A job for products.
    public init(productIDs: [Product.ID]) {
        self.productIDs = productIDs
    }
}
