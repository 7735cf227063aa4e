/// Where money that goes back stands.
package enum RefundStatus: String, Hashable, Codable, Sendable, CaseIterable {
    /// Noted; the provider may not know of it.
    case requested
    /// The provider has it and has not carried it out.
    case pending
    /// The money is on its way to the customer.
    case succeeded
    /// The provider could not carry it out, or the customer's bank sent it back: the money is the shop's.
    case failed
    /// Called off at the provider before it was carried out.
    case canceled

    /// The table of allowed transitions. A bank may send a refund back days after it succeeded.
    package static let transitions: [RefundStatus: Set<RefundStatus>] = [
        .requested: [.pending, .succeeded, .failed, .canceled],
        .pending: [.succeeded, .failed, .canceled],
        .succeeded: [.failed],
        .failed: [], .canceled: [],
    ]

    /// Whether the refund may go from here to there. Staying where it is counts as no transition.
    package func canBecome(_ next: RefundStatus) -> Bool { Self.transitions[self]?.contains(next) ?? false }

    /// Whether it takes part of what was captured, so that nobody else can give the same money back.
    package var isLive: Bool { self != .failed && self != .canceled }

    /// Whether the job that makes it has nothing left to do.
    package var isSettled: Bool { self != .requested && self != .pending }
}
