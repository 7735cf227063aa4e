package import Domain
package import Resilience

/// A way to send email that is not tried while it fails. What may not be sent now throws
/// ``EmailFailure/notYet(after:reason:)``.
package struct GuardedEmail: EmailTransport {
    private let base: any EmailTransport
    private let guarding: CallGuard

    /// Guards a transport.
    package init(_ base: any EmailTransport, limiter: any RateLimiter) {
        self.base = base
        guarding = CallGuard(limiter: limiter)
    }

    package func send(_ message: EmailMessage) async throws(EmailFailure) -> EmailReceipt {
        try await guarding.run(
            "send", held: { EmailFailure.notYet(after: $0, reason: Self.reason($1)) },
            judge: { CallGuard.Verdict(email: $0) }
        ) { () async throws(EmailFailure) in try await base.send(message) }
    }

    private static func reason(_ reason: Admission.Reason) -> String {
        switch reason {
        case .turn: "the email provider takes no more at present"
        case .circuit: "the email provider fails at present"
        }
    }
}

extension CallGuard.Verdict {
    /// A message that will never be taken says nothing of the server. A server that refuses the shop refuses every
    /// email of it, so none is tried for a while.
    init(email failure: EmailFailure?) {
        (outcome, word) =
            switch failure {
            case nil: (.answered, "ok")
            case .notSent(_, .email): (.answered, "rejected")
            case .notSent(_, .policy): (.answered, "refused_policy")
            case .notSent(let reason, .shop): (.refused(reason), "refused_shop")
            case .notSent(let reason, .passing): (.failed(reason), "not_sent")
            case .notYet(let wait, _): (.slowDown(wait), "rate_limited")
            case .outcomeUnknown(let reason): (.failed(reason), "outcome_unknown")
            }
    }
}
