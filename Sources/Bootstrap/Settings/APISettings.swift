package import Storage

/// What an API process needs to know.
package struct APISettings: ProcessSettings {
    package let log: LogSettings
    package let metrics: MetricsSettings
    package let http: HTTPSettings
    package let auth: AuthSettings
    package let database: DatabaseSettings
    package let redis: RedisSettings
    package let shop: ShopSettings
    package let webhooks: WebhookSettings

    package init?(_ reader: inout SettingsReader) {
        log = LogSettings(&reader)
        metrics = MetricsSettings(&reader)
        http = HTTPSettings(&reader)
        shop = ShopSettings(&reader)
        webhooks = WebhookSettings(&reader)
        let auth = AuthSettings(&reader)
        let database = DatabaseSettings(&reader, applicationName: "cartwright-api")
        let redis = RedisSettings(&reader, clientName: "cartwright-api")
        guard let auth, let database, let redis else { return nil }
        self.auth = auth
        self.database = database
        self.redis = redis
    }
}
