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
