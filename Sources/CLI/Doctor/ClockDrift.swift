import Arithmetic

/// How far another machine's clock is from ours.
enum ClockDrift {
    /// Jobs go by the servers' clocks, so nothing breaks; but tokens, webhooks and the reading of logs go by ours.
    static func finding(_ check: String, seconds: Double) -> Finding {
        let text =
            "\(Int(saturating: (abs(seconds) * 1000).rounded())) ms \(seconds < 0 ? "behind" : "ahead of") this machine's"
        guard abs(seconds) < 2 else {
            return .warning(check, text, "Let all machines follow the same time servers (NTP).")
        }
        return .ok(check, text)
    }
}
