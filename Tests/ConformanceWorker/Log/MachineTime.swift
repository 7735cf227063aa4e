import Glibc

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
