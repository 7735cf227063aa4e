import Domain
import Storage

/// Readers for parameters that several routes share.
extension RequestQuery {
    /// `?currency=`.
    mutating func currency() -> Currency? {
        parsed("currency", "Expected a currency code of ISO 4217, such as USD.") { Currency($0) }
    }

    /// `?limit=&cursor=`.
    mutating func page() -> PageRequest {
        let limit = limit()
        return PageRequest(limit: limit, cursor: cursor())
    }
}
