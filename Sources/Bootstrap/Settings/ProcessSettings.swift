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
