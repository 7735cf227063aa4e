import Foundation
import Glibc

/// What a process has used so far, from Linux' `/proc`.
struct Usage {
    /// User and system time, seconds.
    let processorSeconds: Double
    /// Resident memory, MB of 10⁶ bytes, without memory shared for the tally.
    let megabytes: Double

    init(of process: Int32 = getpid()) throws {
        let stat = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        // The second field is the program's name in brackets; user and system time are the 14th and 15th.
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        let ticks = (Double(fields[12]) ?? 0) + (Double(fields[13]) ?? 0)
        processorSeconds = ticks / Double(sysconf(Int32(_SC_CLK_TCK)))

        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let kilobytes = status.split(separator: "\n").filter { $0.hasPrefix("RssAnon:") || $0.hasPrefix("RssFile:") }
            .compactMap { Double($0.split(whereSeparator: \.isWhitespace)[1]) }
        megabytes = kilobytes.reduce(0, +) * 1024 / 1e6
    }
}
