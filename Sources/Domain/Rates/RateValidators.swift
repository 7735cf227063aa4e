/// What a source gave to tell its set of rates from a later one (RFC 9110, 8.8), to be sent with the next question.
/// Kept as it came.
package struct RateValidators: Hashable, Sendable {
    /// Nothing: the set is fetched in any case.
    package static let unknown = RateValidators()

    /// The `ETag` field.
    package let etag: String?
    /// The `Last-Modified` field.
    package let lastModified: String?

    /// Gathers what the source gave.
    package init(etag: String? = nil, lastModified: String? = nil) {
        self.etag = etag
        self.lastModified = lastModified
    }

    /// Whether there is nothing to ask with.
    package var isEmpty: Bool { etag == nil && lastModified == nil }
}
