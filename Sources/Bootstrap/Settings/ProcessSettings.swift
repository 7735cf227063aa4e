package import Logging
package import Observability
package import Storage

/// All settings of one kind of process.
package protocol ProcessSettings: Sendable {
    var log: LogSettings { get }

    /// Reads the settings. `nil` when a problem was noted and there is no value to go on with.
    init?(_ reader: inout SettingsReader)
}

extension ProcessSettings {
    /// The settings, from wherever the reader takes them.
    ///
    /// - Throws: ``StartupError`` that names every setting that is wrong.
    package init(checking reader: SettingsReader) throws(StartupError) {
        var reader = reader
        guard let settings = Self(&reader), reader.problems.isEmpty else { throw StartupError(reader.problems) }
        self = settings
    }
}

/// What is logged, and how: `LOG_LEVEL`, `LOG_FORMAT`.
package struct LogSettings: Sendable {
    /// The least severe level that is written.
    package let level: Logger.Level
    /// JSON for machines or text for people.
    package let format: LogFormat

    package init(_ reader: inout SettingsReader) {
        level = reader.choice("LOG_LEVEL", default: .info)
        format = reader.choice("LOG_FORMAT", default: .json)
    }
}

/// Where Prometheus finds the process: `HOST`, `METRICS_PORT`.
package struct MetricsSettings: Sendable {
    /// The address to listen on.
    package let host: String
    /// The port; 0 means that no metrics are served.
    package let port: Int

    package init(_ reader: inout SettingsReader) {
        host = HTTPSettings.host(&reader)
        port = reader.integer("METRICS_PORT", default: 9464, in: 0...65535)
    }
}

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
