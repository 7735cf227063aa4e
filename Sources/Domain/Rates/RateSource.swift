/// Where currency rates come from.
package protocol RateSource: Sendable {
    /// Who publishes them: the ``RateSet/source`` of its sets.
    var name: String { get }

    /// Fetches the latest set, or learns that it is still the one already held.
    ///
    /// - Parameter held: what this source gave with the set already held, `.unknown` to fetch in any case.
    func fetch(ifChangedFrom held: RateValidators) async throws(RateFailure) -> RateFetch
}

/// What a rate source answered.
package enum RateFetch: Sendable, Hashable {
    /// The set already held is still the latest.
    case unchanged
    /// A whole set, and what to ask with next time.
    case set(RateSet, RateValidators)
}

/// Why no rates could be had. The set in use stays in use.
package enum RateFailure: Error, Sendable, Hashable {
    /// The source could not be reached, or answered with an error; another try may help.
    case unavailable(String)
    /// The source answered with something that is not a usable set of rates. Nothing of it is used.
    case malformed(String)
}

extension RateFailure: CustomStringConvertible {
    /// What happened, for logs and operators.
    package var description: String {
        switch self {
        case .unavailable(let reason): "The rates could not be fetched: \(reason)"
        case .malformed(let reason): "The rates fetched cannot be used: \(reason)"
        }
    }
}

/// What a source gave to tell its set of rates from a later one (RFC 9110, 8.8), to be sent with the next question.
/// Kept as it came.
package struct RateValidators: Hashable, Sendable {
    /// Nothing: the set is fetched in any case.
    package static let unknown = RateValidators()

    /// The `ETag` field.
    package let etag: String?
    /// The `Last-Modified` field.
    package let lastModified: String?

    package init(etag: String? = nil, lastModified: String? = nil) {
        self.etag = etag
        self.lastModified = lastModified
    }

    /// Whether there is nothing to ask with.
    package var isEmpty: Bool { etag == nil && lastModified == nil }
}
