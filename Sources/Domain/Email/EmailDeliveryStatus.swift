/// Where the delivery of one mail stands.
package enum EmailDeliveryStatus: String, Codable, Lifecycle {
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

    package static let beginnings: Set = [EmailDeliveryStatus.pending]
}
