import Storage

/// Whether mails wait for somebody.
struct EmailCheckup: Sendable {
    /// More are not counted.
    static let limit = 1000

    let services: Services

    func findings() async -> [Finding] {
        do {
            return Self.judge(try await services.mail.counts(upTo: Self.limit))
        } catch {
            return [.failed("mails", error)]
        }
    }

    static func judge(_ counts: EmailCounts) -> [Finding] {
        func number(_ count: Int) -> String { count < limit ? counted(count, "mail") : "\(limit) mails or more" }
        var findings: [Finding] = []
        if counts.refused > 0 {
            findings.append(
                .failed(
                    "mails.refused",
                    "\(number(counts.refused)) cannot go out: the mail server or provider refuses the shop",
                    "See the reason with: cartwright mails --status refused. They go out by themselves once the settings are mended"
                ))
        }
        if counts.failed > 0 {
            findings.append(
                .warning(
                    "mails.failed", "\(number(counts.failed)) did not go out and will not by themselves",
                    "See them with: cartwright mails --status failed, send them again with: cartwright mails resend"))
        }
        if counts.parked > 0 {
            findings.append(
                .warning(
                    "mails", "nobody knows whether \(number(counts.parked)) went out",
                    "Look at them with: cartwright mails"))
        }
        return findings.isEmpty ? [.ok("mails", "none waits for anybody")] : findings
    }
}
