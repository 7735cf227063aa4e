import Foundation

/// Another date for a process: the library `ClockShift`, preloaded. Its monotonic clock stays the machine's.
enum ShiftedClock {
    struct NotBuilt: Error {}

    /// The library.
    static var library: String {
        get throws {
            guard let folder = Bundle.main.executableURL?.deletingLastPathComponent() else { throw NotBuilt() }
            let library = folder.appending(path: "libClockShift.so").path
            guard FileManager.default.fileExists(atPath: library) else { throw NotBuilt() }
            return library
        }
    }

    /// The environment of a process whose clock is off by so many hours.
    static func environment(hours: Int) throws -> [String: String] {
        ["LD_PRELOAD": try library, "CLOCK_SHIFT_SECONDS": "\(hours * 3600)"]
    }

    /// The variable for a process that is to believe that it is now this time.
    static func environment(now time: Date) -> [String: String] {
        ["CLOCK_SHIFT_SECONDS": "\(Int(time.timeIntervalSinceNow.rounded()))"]
    }
}
