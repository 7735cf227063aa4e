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
