package import Domain
package import Logging
package import OutboundHTTP
package import Providers

/// The services outside that a worker calls, made from its settings.
package struct OutboundServices: Sendable {
    package let payments: any PaymentProvider
    /// Reads stored events of the payment provider.
    package let paymentEvents: any PaymentWebhookReader
    package let email: any EmailTransport
    package let emailRenderer: OrderEmailRenderer
    /// Tells what became of emails of unknown outcome, where a look-up is set. The email provider's API has none; it
    /// tells by itself.
    package let emailActivity: ActivityLookup?
    package let rates: any RateSource

    /// - Parameter limiters: what every call to payments and email asks first.
    /// - Throws: ``StartupError`` that names every setting a provider refuses.
    package init(
        payments paymentSettings: PaymentSettings, email emailSettings: EmailSettings, rates rateSettings: RateSettings,
        limiters: ProviderLimiters, client: OutboundHTTPClient, logger: Logger
    ) throws(StartupError) {
        var problems: [SettingProblem] = []
        let payments = Self.made("PAYMENTS_API_KEY, PAYMENTS_API_BASE", &problems) { () throws(ProviderSettingError) in
            try paymentSettings.provider.provider(
                PaymentProviderAccess(
                    client: client, apiKey: paymentSettings.apiKey.value, baseURL: paymentSettings.baseURL,
                    logger: logger))
        }
        let email: (any EmailTransport)?
        switch emailSettings.transport {
        case .smtp(let url, let startTLS):
            email = Self.made("SMTP_URL", &problems) { () throws(ProviderSettingError) in
                try SMTPEmail(client: client, url: url.value, sender: emailSettings.sender, startTLS: startTLS)
            }
        case .sendGrid(let key, let baseURL):
            email = Self.made("SENDGRID_API_KEY, SENDGRID_API_BASE", &problems) { () throws(ProviderSettingError) in
                try SendGridEmail(client: client, apiKey: key.value, baseURL: baseURL, sender: emailSettings.sender)
            }
        }
        let emailRenderer = Self.made("EMAIL_FROM", &problems) { () throws(ProviderSettingError) in
            try OrderEmailRenderer(
                sender: emailSettings.sender, shop: emailSettings.shop, timeZone: emailSettings.timeZone)
        }
        emailActivity = Self.made("EMAIL_ACTIVITY_URL", &problems) { () throws(ProviderSettingError) in
            guard let url = emailSettings.activityURL else { return nil }
            return try ActivityLookup(client: client, url: url)
        }
        let rates = Self.made("RATES_URL, RATES_API_KEY", &problems) { () throws(ProviderSettingError) in
            try rateSettings.source(client)
        }
        guard let payments, let email, let emailRenderer, let rates, problems.isEmpty else {
            throw StartupError(problems)
        }
        self.payments = GuardedPayments(payments, limiter: limiters.payments)
        paymentEvents = paymentSettings.provider.webhookReader(secrets: [])
        self.email = GuardedEmail(email, limiter: limiters.email)
        self.emailRenderer = emailRenderer
        self.rates = rates
    }

    private static func made<Value>(
        _ names: String, _ problems: inout [SettingProblem], _ make: () throws(ProviderSettingError) -> Value?
    ) -> Value? {
        do {
            return try make()
        } catch {
            problems.append(
                SettingProblem(
                    name: names, wrong: "the \(error.setting) cannot be used", expected: "this: \(error.expected)"))
            return nil
        }
    }
}
