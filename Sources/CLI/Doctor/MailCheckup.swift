import Storage

/// Whether mails wait for a person.
struct MailCheckup: Sendable {
    /// More are not counted.
    private static let limit = 100

    let services: Services

    func findings() async -> [Finding] {
        do {
            return [Self.judge(parked: try await services.mail.parked(limit: Self.limit).count)]
        } catch {
            return [.failed("mails", error)]
        }
    }

    static func judge(parked: Int) -> Finding {
        if parked == 0 { return .ok("mails", "none waits for a person") }
        let count = parked < limit ? counted(parked, "mail") : "\(limit) mails or more"
        return .warning("mails", "nobody knows whether \(count) went out", "Look at them with: cartwright mails")
    }
}
