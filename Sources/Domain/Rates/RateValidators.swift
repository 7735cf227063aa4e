/// What a source gave to tell its set of rates from a later one (RFC 9110, 8.8), to be sent with the next question. Kept as it came.
public struct RateValidators: Hashable, Sendable {
    /// Nothing: the set is fetched in any case.
    public static let unknown = RateValidators()

    /// The `ETag` field.
    public let etag: String?
    /// The `Last-Modified` field.
    public let lastModified: String?

    /// Gathers what the source gave.
    public init(etag: String? = nil, lastModified: String? = nil) {
        self.etag = etag
        self.lastModified = lastModified
    }

    /// Whether there is nothing to ask with.
    public var isEmpty: Bool { etag == nil && lastModified == nil }
}
