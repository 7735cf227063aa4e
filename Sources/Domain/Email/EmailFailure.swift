/// An email server's word that it has taken a message over.
package struct EmailReceipt: Sendable, Hashable {
    /// The server's own name for the message where it gave one, such as `2.0.0 Ok: queued as 4F3B2`.
    package let reference: String?

    package init(reference: String?) {
        self.reference = reference
    }
}

/// What the email provider's record says of a message whose sending had no answer.
package enum EmailTrace: Hashable, Sendable {
    /// It was accepted.
    case accepted
    /// It was not: the record is complete and does not have it.
    case notAccepted
    /// It is not in the record, which may lack it all the same.
    case nothingHeard
}

/// Why an email was not, or may not have been, accepted.
package enum EmailFailure: Error, Sendable, Hashable {
    /// The server surely did not take the message; what that was about decides what comes next.
    case notSent(reason: String, fault: EmailFault)
    /// Not sent, and no attempt: the provider takes no email for this long, whatever it is, or fails and is left alone
    /// for a while.
    case notYet(after: Duration, reason: String)
    /// The message may have been taken: it must not be sent again before that is settled.
    case outcomeUnknown(reason: String)
}

/// What an email was not sent for.
package enum EmailFault: String, Hashable, Codable, Sendable, CaseIterable {
    /// A server that is away or busy. Trying again helps.
    case passing
    /// The shop: its server, its log-in or its sender is refused, and with it every email. Trying again helps once
    /// an operator has mended that.
    case shop
    /// The shop's rights or habits, as far as one email shows: its server will not pass it on, or it is too large for
    /// it. Trying again helps once an operator has mended that; other emails may go out meanwhile.
    case policy
    /// This email: its address does not exist or it cannot be written. Trying again cannot help.
    case email

    /// Whether an email that was not sent for this is tried again until it is.
    package var isShops: Bool { self == .shop || self == .policy }
}

extension EmailFailure: CustomStringConvertible {
    /// What happened, for logs and operators. Holds no address and no password.
    package var description: String {
        switch self {
        case .notSent(let reason, .passing): "The email was not sent: \(reason)"
        case .notSent(let reason, .shop), .notSent(let reason, .policy):
            "The email is refused because of the shop's settings: \(reason)"
        case .notSent(let reason, .email): "The email cannot be sent: \(reason)"
        case .notYet(_, let reason): "The email has to wait: \(reason)"
        case .outcomeUnknown(let reason): "Whether the email was accepted is not known: \(reason)"
        }
    }
}
