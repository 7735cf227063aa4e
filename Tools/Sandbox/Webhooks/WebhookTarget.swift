/// Where events go and what they are signed with.
struct WebhookTarget: Sendable, Equatable {
    /// The secret used when none is set: known to everybody, as fits a sandbox.
    static let defaultSecret = "whsec_sandbox"

    let url: String
    /// At least one; each signs.
    let secrets: [String]

    /// Whether a text can be the address of a webhook.
    static func isAddress(_ url: String) -> Bool {
        (url.hasPrefix("http://") || url.hasPrefix("https://")) && url.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            && !url.hasSuffix("//")
    }
}
