/// A key of the mail provider's API, checked against the address it is to be sent to. Prints nothing of itself.
struct SendGridKey: Sendable {
    /// The hosts real keys may go to, and no others.
    static let realHosts: Set<String> = ["api.sendgrid.com", "api.eu.sendgrid.com"]

    let secret: String

    /// - Throws: when the key has no known form, or looks real and would go anywhere but to the provider itself over
    ///   TLS.
    init(_ secret: String, for base: BaseURL) throws(ProviderSettingError) {
        let setting = "mail API key"
        guard secret.hasPrefix("SG."), secret.utf8.count > 3, secret.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw ProviderSettingError(setting: setting, expected: "a key such as SG.… is expected.")
        }
        let parts = secret.split(separator: ".", omittingEmptySubsequences: false)
        let isReal = parts.count == 3 && parts[1].count == 22 && parts[2].count == 43
        if isReal && (base.scheme != "https" || !Self.realHosts.contains(base.host)) {
            let hosts = Self.realHosts.sorted().map { "https://\($0)" }.joined(separator: " or ")
            throw ProviderSettingError(setting: setting, expected: "a real key only goes to \(hosts).")
        }
        self.secret = secret
    }
}

extension SendGridKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What it is.
    var description: String { "a mail API key" }
    /// What it is.
    var debugDescription: String { description }
    /// Nothing: a dump of the client shows no secret.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
