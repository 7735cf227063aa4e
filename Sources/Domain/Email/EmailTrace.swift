/// What the mail provider's record says of a message whose sending had no answer.
package enum EmailTrace: Hashable, Sendable {
    /// It was accepted.
    case accepted
    /// It was not: the record is complete and does not have it.
    case notAccepted
    /// It is not in the record, which may lack it all the same.
    case nothingHeard
}
