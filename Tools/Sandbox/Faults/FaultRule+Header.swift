extension FaultRule {
    /// Reads the value of `X-Sandbox-Fault`: a kind, with `=` and a number where it takes one (`slow=300` in
    /// milliseconds, `429=2` in seconds), or the look of `garbage=json`.
    /// - Throws: `FaultError` for anything else, so that a misspelt test does not pass by testing nothing.
    init(header: String) throws(FaultError) {
        let parts = header.split(separator: "=", maxSplits: 1)
        guard let first = parts.first, let kind = FaultKind(rawValue: String(first)), kind.aim == .payments else {
            let kinds = FaultKind.allCases.filter { $0.aim == .payments }.map(\.rawValue).joined(separator: ", ")
            throw FaultError("X-Sandbox-Fault must be one of \(kinds), not '\(header)'")
        }
        self.init(kind)
        if parts.count == 2, kind == .garbage {
            guard let shape = Shape(rawValue: String(parts[1])) else {
                throw FaultError("X-Sandbox-Fault: garbage is html or json")
            }
            self.shape = shape
        } else if parts.count == 2 {
            guard let number = Int(parts[1]) else {
                throw FaultError("X-Sandbox-Fault: '\(parts[1])' is no whole number")
            }
            if kind == .rateLimited { retryAfter = number } else { milliseconds = number }
        }
        try validate()
    }
}
