/// What one run of an errand does, in this order. Times are milliseconds.
package struct Act: Codable, Hashable, Sendable {
    /// How it ends when all else is done.
    package enum Ending: String, Codable, Sendable {
        /// It returns, and the engine completes the job.
        case plain
        /// It writes a row into `effects` and completes the job in one transaction.
        case effect
        /// The same, and right after the commit the process kills itself.
        case effectThenDeath
        /// The process kills itself with SIGKILL.
        case death
        /// The process calls `exit(9)`.
        case exit
        /// The process aborts.
        case abort
        /// It fails in a way that another try might mend.
        case transient
        /// It fails for good.
        case permanent
        /// It asks to run again in 300 ms.
        case snooze
        /// It cannot tell whether its effect has taken place.
        case unknown
    }

    package var ending: Ending
    /// Sleeps so long.
    package var sleep: Int
    /// Keeps one core busy so long, without a pause.
    package var spin: Int
    /// Holds a connection of the worker's pool so long.
    package var hold: Int
    /// So many first attempts fail, transiently.
    package var failures: Int
    /// Goes on when it is told to stop, and ends as if it had not been.
    package var isDeaf: Bool

    package init(
        _ ending: Ending = .plain, sleep: Int = 0, spin: Int = 0, hold: Int = 0, failures: Int = 0, isDeaf: Bool = false
    ) {
        self.ending = ending
        self.sleep = sleep
        self.spin = spin
        self.hold = hold
        self.failures = failures
        self.isDeaf = isDeaf
    }
}
