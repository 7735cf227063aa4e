/// What one HTTP/1.1 connection does while the server goes down: decides, and does nothing itself.
///
/// A server that closes an idle keep-alive connection may cross a request on its way, and that client sees a broken
/// connection.
/// So an idle connection lingers: the next request on it is answered with `Connection: close`; only one that stays
/// silent is closed.
/// Clients are told only once nobody accepts connections any more: told earlier, they would connect again just to be
/// reset.
struct ConnectionDrain {
    enum Action: Equatable {
        case nothing
        /// Tell the handlers behind us that the server goes down; they close after the answers that are under way.
        case announce
        /// Announce it after the time to linger, unless a request comes first.
        case linger
    }

    private enum Phase { case serving, lingering, announced }

    private var phase = Phase.serving
    private var requestsInProgress = 0

    /// Whether answers from now on carry `Connection: close`.
    var closesAfterAnswer: Bool { phase != .serving }

    mutating func serverGoesDown() -> Action {
        guard phase == .serving else { return .nothing }
        phase = requestsInProgress > 0 ? .announced : .lingering
        return phase == .announced ? .announce : .linger
    }

    /// Called after the request's head went on to the next handler.
    mutating func requestBegan() -> Action {
        requestsInProgress += 1
        guard phase == .lingering else { return .nothing }
        phase = .announced
        return .announce
    }

    mutating func answerEnded() { requestsInProgress -= 1 }

    mutating func lingered() -> Action {
        guard phase == .lingering else { return .nothing }
        phase = .announced
        return .announce
    }
}
