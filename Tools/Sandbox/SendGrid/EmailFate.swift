/// What becomes of a message that was accepted.
enum EmailFate: String, Sendable, Codable {
    case delivered
    /// The provider does not even try, as with an address that bounced before.
    case dropped
    /// The recipient's server does not want it.
    case bounced

    init(_ fault: FaultKind?) {
        self =
            switch fault {
            case .acceptThenDrop: .dropped
            case .acceptThenBounce: .bounced
            default: .delivered
            }
    }
}
