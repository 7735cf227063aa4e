package import Storage

/// What an operator's command needs to know.
package struct CommandSettings: ProcessSettings {
    package let log: LogSettings
    package let database: DatabaseSettings
    package let redis: RedisSettings
    package let shop: ShopSettings

    package init?(_ reader: inout SettingsReader) {
        log = LogSettings(&reader)
        shop = ShopSettings(&reader)
        let database = DatabaseSettings(&reader, applicationName: "cartwright-cli")
        let redis = RedisSettings(&reader, clientName: "cartwright-cli")
        guard let database, let redis else { return nil }
        self.database = database
        self.redis = redis
    }
}
