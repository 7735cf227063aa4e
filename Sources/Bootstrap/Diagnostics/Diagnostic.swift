import Arithmetic

/// What one look at a server, a queue or a rule found. The start of a process, `/readyz` and the doctor share these.
package struct Diagnostic: Sendable, Hashable, Encodable {
    package enum Severity: String, Sendable, Encodable {
        /// As it should be.
        case ok
        /// Works, and yet an operator should look at it.
        case warning
        /// Not as it must be: jobs can be lost, or nothing works. No process starts with it.
        case failed
        /// Could not be looked at, because something before it failed.
        case skipped
    }

    /// What was looked at: `redis.eviction`.
    package let name: String
    package let severity: Severity
    /// What was found, in one sentence without a full stop.
    package let found: String
    /// What to do about it.
    package let advice: String?

    package init(_ name: String, _ severity: Severity, _ found: String, advice: String?) {
        (self.name, self.severity, self.found, self.advice) = (name, severity, found, advice)
    }

    package static func ok(_ name: String, _ found: String) -> Diagnostic { Diagnostic(name, .ok, found, advice: nil) }

    package static func warning(_ name: String, _ found: String, _ advice: String) -> Diagnostic {
        Diagnostic(name, .warning, found, advice: advice)
    }

    package static func failed(_ name: String, _ found: String, _ advice: String?) -> Diagnostic {
        Diagnostic(name, .failed, found, advice: advice)
    }

    package static func skipped(_ name: String, _ found: String) -> Diagnostic {
        Diagnostic(name, .skipped, found, advice: nil)
    }

    /// The clock of another machine against this one's or PostgreSQL's. Jobs go by the servers' clocks, so nothing
    /// breaks; but tokens, webhooks and the reading of logs go by ours.
    ///
    /// - Parameters:
    ///   - seconds: how far it is ahead.
    ///   - reference: whose clock it is compared with: `this machine's`.
    package static func clock(_ name: String, ahead seconds: Double, of reference: String) -> Diagnostic {
        let size =
            abs(seconds) < 1
            ? "\(Int(saturating: (abs(seconds) * 1000).rounded())) ms" : "\((abs(seconds) * 10).rounded() / 10) s"
        let found = "clock is \(size) \(seconds < 0 ? "behind" : "ahead of") \(reference)"
        guard abs(seconds) > clockTolerance else { return .ok(name, found) }
        return .warning(name, found, "Let all machines follow the same time servers (NTP).")
    }

    /// Above this many seconds an operator should look.
    package static let clockTolerance = 2.0

    /// The same, said of one of several servers.
    func at(_ server: String?) -> Diagnostic {
        server.map { Diagnostic(name, severity, "\($0): \(found)", advice: advice) } ?? self
    }
}

extension Diagnostic: CustomStringConvertible {
    /// All of it in one line.
    package var description: String { "\(name): \(found)" + (advice.map { ". \($0)" } ?? "") }
}
