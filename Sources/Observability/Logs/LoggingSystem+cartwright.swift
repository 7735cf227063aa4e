public import Logging

extension LoggingSystem {
    /// Sends all of the process's logs to standard output in this format. To be called once, before the first `Logger`
    /// is made.
    public static func bootstrap(level: Logger.Level, format: LogFormat) {
        bootstrap(
            { label, provider in LineLogHandler(label: label, level: level, format: format, metadataProvider: provider)
            },
            metadataProvider: nil)
    }
}
