/// Where the next attempt at a connection goes.
enum Destination: Sendable, Equatable {
    /// Here, always.
    case fixed(Endpoint)
    /// To any of these: the first, until it fails; then it goes to the end.
    case anyOf([Endpoint])
    /// To whichever somebody names; nil as long as nobody has.
    case named(Endpoint?)

    /// nil when there is nowhere to go now.
    var endpoint: Endpoint? {
        switch self {
        case .fixed(let endpoint): endpoint
        case .anyOf(let endpoints): endpoints.first
        case .named(let endpoint): endpoint
        }
    }

    /// The connection to ``endpoint`` broke or did not come about.
    mutating func failed() {
        switch self {
        case .fixed: break
        case .anyOf(var endpoints):
            guard !endpoints.isEmpty else { return }
            endpoints.append(endpoints.removeFirst())
            self = .anyOf(endpoints)
        case .named: self = .named(nil)
        }
    }
}
