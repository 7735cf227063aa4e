import Bootstrap

/// Everything an API process is told: what ``APISettings`` names, and `BCRYPT_COST` and `SHUTDOWN_GRACE_SECONDS`.
struct APIProcessSettings: ProcessSettings {
    let common: APISettings
    /// Work factor of password hashes. Tests lower it; each step up doubles the time of a login.
    let bcryptCost: Int
    /// Within this time after SIGTERM the process is gone.
    let grace: Duration

    var log: LogSettings { common.log }
    var tracing: TracingSettings? { common.tracing }

    init?(_ reader: inout SettingsReader) {
        bcryptCost = reader.integer("BCRYPT_COST", default: BCrypt.defaultCost, in: 4...14)
        grace = .seconds(reader.integer("SHUTDOWN_GRACE_SECONDS", default: 25, in: 0...3600))
        guard let common = APISettings(&reader) else { return nil }
        self.common = common
    }
}
