package import Storage

/// What an operator's command needs to know.
package struct CommandSettings: ProcessSettings {
    package let log: LogSettings
    package let database: DatabaseSettings
    /// The same database by the user who owns its tables; nil where that is the same one.
    package let migrations: DatabaseSettings?
    package let redis: RedisSettings
    package let shop: ShopSettings

    package init?(_ reader: inout SettingsReader) {
        log = LogSettings(&reader)
        shop = ShopSettings(&reader)
        let database = DatabaseSettings(&reader, applicationName: "cartwright-cli")
        let redis = RedisSettings(&reader, clientName: "cartwright-cli")
        let ownerURL = "MIGRATION_DATABASE_URL"
        migrations =
            reader.optional(ownerURL) == nil
            ? nil : DatabaseSettings(&reader, applicationName: "cartwright-cli", url: ownerURL)
        guard let database, let redis else { return nil }
        self.database = database
        self.redis = redis
    }
}
