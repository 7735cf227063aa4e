package import Logging
package import Observability
package import Storage

/// All settings of one kind of process.
package protocol ProcessSettings: Sendable {
    var log: LogSettings { get }
    /// Where spans go; `nil` where nothing is traced.
    var tracing: TracingSettings? { get }

    /// Reads the settings. `nil` when a problem was noted and there is no value to go on with.
    init?(_ reader: inout SettingsReader)
}

extension ProcessSettings {
    /// Nothing is traced.
    package var tracing: TracingSettings? { nil }

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

/// Which spans go where, under OpenTelemetry's own names: `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_SERVICE_NAME` and
/// `OTEL_TRACES_SAMPLER_ARG`.
package struct TracingSettings: Sendable, Hashable {
    /// The collector's address, without a slash at its end.
    package let endpoint: String
    /// What the process is called in traces.
    package let service: String
    /// The share of the traces that begin here which is recorded, 0 to 1. Others' traces say it themselves.
    package let ratio: Double

    /// `nil` where no collector is named.
    ///
    /// - Parameter standard: what the process is called when `OTEL_SERVICE_NAME` is not set.
    package init?(_ reader: inout SettingsReader, service standard: String) {
        let endpoint = reader.webAddress("OTEL_EXPORTER_OTLP_ENDPOINT")
        service = reader.value("OTEL_SERVICE_NAME", default: standard, expected: "a name of at most 100 characters") {
            $0.utf8.count <= 100 && $0.utf8.allSatisfy { (0x20...0x7E).contains($0) } ? $0 : nil
        }
        ratio = reader.value(
            "OTEL_TRACES_SAMPLER_ARG", default: 1, expected: "the share of traces to record, from 0 to 1 such as 0.1"
        ) { Double($0).flatMap { (0...1).contains($0) ? $0 : nil } }
        guard let endpoint else { return nil }
        self.endpoint = endpoint
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
