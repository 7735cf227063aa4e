/// What the mail provider's API knows of a message beyond the message itself.
struct EmailOrigin: Sendable, Codable, Equatable {
    /// `X-Message-Id`.
    let providerID: String
    /// `custom_args`, part of every event.
    let arguments: [String: String]
    /// Whether its events were to be sent when it came.
    let isAnnounced: Bool
}
