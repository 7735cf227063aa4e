import Foundation

/// One life of a worker process: host, pid and a random part, so that a restarted process, or one that let its lease
/// lapse, never passes for its former self.
package struct ProcessID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package static func new() -> ProcessID {
        let host = ProcessInfo.processInfo.hostName.prefix(40)
        let life = String(UInt32.random(in: .min ... .max), radix: 36)
        return ProcessID(rawValue: "\(host)-\(ProcessInfo.processInfo.processIdentifier)-\(life)")
    }

    package var description: String { rawValue }
}
