import Storage

/// Whether somebody tries cards.
struct DeclineCheckup: Sendable {
    let services: Services

    func findings() async -> [Finding] {
        do {
            return [Self.judge(try await services.orders.cardTesting())]
        } catch {
            return [.failed("payments.declines", error)]
        }
    }

    static func judge(_ found: [(source: TooManyDeclines.Source, declines: Int)]) -> Finding {
        guard let worst = found.first else {
            return .ok("payments.declines", "nobody is refused after declined payments")
        }
        let parts = TooManyDeclines.Source.allCases.compactMap { source in
            let count = found.filter { $0.source == source }.count
            let noun = source == .client ? "address" : source.rawValue
            return count == 0 ? nil : "\(count) \(noun)\(count == 1 ? "" : source == .client ? "es" : "s")"
        }
        return .warning(
            "payments.declines",
            "too many payments were declined within an hour, so no more are taken for a while: of \(parts.joined(separator: ", ")), "
                + "\(worst.declines) of one",
            "Somebody may be trying cards. The newest stand in the table payment_declines; block them at your proxy and at the payment provider."
        )
    }
}
