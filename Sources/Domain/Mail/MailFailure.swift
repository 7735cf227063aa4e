/// Why a mail was not, or may not have been, accepted.
public enum MailFailure: Error, Sendable, Hashable {
    /// The server surely did not take the message. `permanent` when trying again cannot help, as with an address that does not exist.
    case notSent(reason: String, permanent: Bool)
    /// Not sent, and no attempt: the provider takes no mail for this long, whatever it is, or fails and is left alone for a while.
    case notYet(after: Duration, reason: String)
    /// The message may have been taken: it must not be sent again before that is settled.
    case outcomeUnknown(reason: String)
}

extension MailFailure: CustomStringConvertible {
    /// What happened, for logs and operators. Holds no address and no password.
    public var description: String {
        switch self {
        case .notSent(let reason, permanent: false): "The mail was not sent: \(reason)"
        case .notSent(let reason, permanent: true): "The mail cannot be sent: \(reason)"
        case .notYet(_, let reason): "The mail has to wait: \(reason)"
        case .outcomeUnknown(let reason): "Whether the mail was accepted is not known: \(reason)"
        }
    }
}
