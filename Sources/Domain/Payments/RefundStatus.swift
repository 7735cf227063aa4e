/// Where money that goes back stands.
package enum RefundStatus: String, Codable, Lifecycle {
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

    package static let beginnings: Set = [RefundStatus.requested, .pending]

    /// Whether it takes part of what was captured, so that nobody else can give the same money back.
    package var isLive: Bool { self != .failed && self != .canceled }

    /// Whether the job that makes it has nothing left to do.
    package var isSettled: Bool { self != .requested && self != .pending }
}
