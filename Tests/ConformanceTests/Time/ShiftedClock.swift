import Foundation

/// Another date for a process: the library `ClockShift`, preloaded. Its monotonic clock stays the machine's.
enum ShiftedClock {
    struct NotBuilt: Error {}

    /// The environment of a process whose clock is off by so many hours.
    static func environment(hours: Int) throws -> [String: String] {
        guard let folder = Bundle.main.executableURL?.deletingLastPathComponent() else { throw NotBuilt() }
        let library = folder.appending(path: "libClockShift.so").path
        guard FileManager.default.fileExists(atPath: library) else { throw NotBuilt() }
        return ["LD_PRELOAD": library, "CLOCK_SHIFT_SECONDS": "\(hours * 3600)"]
    }
}
