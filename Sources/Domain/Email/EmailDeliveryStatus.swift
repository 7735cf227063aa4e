/// Where the delivery of one mail stands.
package enum EmailDeliveryStatus: String, Hashable, Codable, Sendable, CaseIterable {
    /// Nothing was tried, or what was tried surely did not go out.
    case pending
    /// A call to the mail provider is or was in the making.
    case sending
    /// The provider has it.
    case sent
    /// The provider may or may not have it. Never resent blindly.
    case unknown
    /// It will not be sent.
    case failed
    /// What it says was no longer true when its time came, so it was not sent.
    case obsolete

    /// The table of allowed transitions.
    package static let transitions: [EmailDeliveryStatus: Set<EmailDeliveryStatus>] = [
        .pending: [.sending, .failed, .obsolete],
        .sending: [.sent, .pending, .unknown, .failed],
        .unknown: [.sent, .pending, .failed],
        .sent: [], .failed: [.pending], .obsolete: [],
    ]

    /// Whether the delivery may go from here to there.
    package func canBecome(_ next: EmailDeliveryStatus) -> Bool { Self.transitions[self]?.contains(next) ?? false }
}
