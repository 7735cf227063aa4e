package import Domain
package import Logging
package import OutboundHTTP

/// What the module of a payment provider offers to the shop: everything that differs from provider to provider stands
/// behind it. The shop's providers are listed in one table, of which `PAYMENTS_PROVIDER` chooses.
package protocol PaymentProviderModule: Sendable {
    /// What `PAYMENTS_PROVIDER` says, the end of the path of its webhooks, and what its events are stored under: 1 to
    /// 32 lower-case letters, digits and hyphens. It never changes.
    var name: String { get }
    /// Where its API is, unless `PAYMENTS_API_BASE` says otherwise.
    var baseURL: String { get }
    /// What a secret key looks like, for messages.
    var keyForm: String { get }
    /// What helps an operator without a key, for messages.
    var keyAdvice: String? { get }
    /// What a secret of its webhooks looks like, for messages.
    var webhookSecretForm: String { get }
    /// The amounts that it charges, known without asking it.
    var charges: ChargeLimits { get }

    /// The mode that a secret key is for, `nil` when the text is no such key.
    func mode(ofKey key: String) -> PaymentMode?

    /// The provider, with key and address checked; nothing is sent.
    ///
    /// - Throws: when key or address cannot be used.
    func provider(_ access: PaymentProviderAccess) throws(ProviderSettingError) -> any PaymentProvider

    /// What reads its webhooks.
    ///
    /// - Parameter secrets: each may have signed. With none, only stored events are read.
    func webhookReader(secrets: [String]) -> any PaymentWebhookReader
}

/// How a payment provider is called.
package struct PaymentProviderAccess: Sendable {
    /// Sends the calls.
    package let client: OutboundHTTPClient
    /// The secret key.
    package let apiKey: String
    /// The address of the API.
    package let baseURL: String
    /// Hears of calls at debug.
    package let logger: Logger

    /// Puts it together from the settings.
    package init(client: OutboundHTTPClient, apiKey: String, baseURL: String, logger: Logger) {
        self.client = client
        self.apiKey = apiKey
        self.baseURL = baseURL
        self.logger = logger
    }
}
