import Glibc
package import JobQueue

/// One line of the run log: something that happened to a run of a job, or to a process.
///
///     start 0199…c4d1 1 0 1763962000123456 4711 83000123 1763962000125001
///
/// Event, job, attempt, crashes, epoch, process id, monotonic microseconds, microseconds since 1970. Monotonic time is
/// the machine's, so that lines of different processes compare, also when a process believes in another date. What
/// happens to a process has no job: `-`.
package struct RunEvent: Hashable, Sendable {
    /// What happened.
    package enum Kind: String, Sendable {
        /// The handler was called.
        case start
        /// It has done what it was to do; where it writes an effect, the effect is committed.
        case end
        /// It threw.
        case failed
        /// It could not complete: the job had moved on.
        case fenced
        /// It heard that it should stop.
        case cancelled
        /// The process was killed, or is about to end itself, in the middle of whatever it runs.
        case killed
        /// The process was made to stand still.
        case stopped
        /// The process goes on.
        case continued
    }

    package let kind: Kind
    package let job: JobID?
    package let attempt: Int
    package let crashes: Int
    package let epoch: Int64
    package let process: Int32
    /// Microseconds of the machine's monotonic clock.
    package let at: Int64
    /// Microseconds since 1970, as the process sees them.
    package let wall: Int64

    package init(
        _ kind: Kind, job: JobID? = nil, attempt: Int = 0, crashes: Int = 0, epoch: Int64 = 0, process: Int32,
        at: Int64, wall: Int64
    ) {
        self.kind = kind
        self.job = job
        self.attempt = attempt
        self.crashes = crashes
        self.epoch = epoch
        self.process = process
        self.at = at
        self.wall = wall
    }

    /// The line, with its end.
    package var line: String {
        "\(kind.rawValue) \(job.map(\.description) ?? "-") \(attempt) \(crashes) \(epoch) \(process) \(at) \(wall)\n"
    }

    /// Nil when the bytes, without the line's end, are no such line.
    package init?(line bytes: some Collection<UInt8>) {
        let fields = bytes.split(separator: UInt8(ascii: " "))
        func number(_ index: Int) -> Int64? { Int64(String(decoding: fields[index], as: UTF8.self)) }
        guard fields.count == 8, let kind = Kind(rawValue: String(decoding: fields[0], as: UTF8.self)),
            let attempt = number(2),
            let crashes = number(3), let epoch = number(4), let process = number(5), let at = number(6),
            let wall = number(7)
        else { return nil }
        let name = String(decoding: fields[1], as: UTF8.self)
        let job = JobID(name)
        guard job != nil || name == "-" else { return nil }
        self.init(
            kind, job: job, attempt: Int(attempt), crashes: Int(crashes), epoch: epoch,
            process: Int32(truncatingIfNeeded: process), at: at,
            wall: wall)
    }
}

/// The two clocks of the run log, in microseconds.
package enum MachineTime {
    /// Since the machine started; the same for all of its processes, whatever date they believe in.
    package static var monotonic: Int64 { read(CLOCK_MONOTONIC) }
    /// Since 1970.
    package static var wall: Int64 { read(CLOCK_REALTIME) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
