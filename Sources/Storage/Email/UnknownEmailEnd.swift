/// What became of a mail whose outcome was unknown.
package enum UnknownEmailEnd: Hashable, Sendable {
    /// It had been accepted.
    case sent
    /// It is sent again.
    case pending
    /// Nobody knows: it waits for a person.
    case parked
    /// Somebody else settled it meanwhile.
    case settledBefore
}
