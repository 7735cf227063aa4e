import Bootstrap
import Domain
import Storage

/// Orders whose jobs died, low stock, emails, exchange rates, and the rules between rows.
extension Diagnostic {
    /// Whether orders hold stock that no job works on any more, because their checkout jobs are dead.
    static func stoppedOrders(_ stopped: StoppedOrders?) -> Diagnostic {
        guard let stopped else { return .ok("orders.stopped", "Every open order has its checkout job") }
        let time = stopped.until.map { "the first ends at \(TimeText.moment($0))" } ?? "none of them holds stock"
        return .warning(
            "orders.stopped", "\(counted(stopped.count, "open order")) without a checkout job that runs; \(time)",
            "Order \(stopped.firstNumber) goes on with: cartwright jobs retry \(stopped.firstJob)")
    }

    /// Whether goods should be ordered.
    static func lowStock(_ low: LowStock) -> Diagnostic {
        guard low.units > 0 else { return .ok("stock.low", "No unit is low") }
        let soldOut = low.soldOut > 0 ? ", \(low.soldOut) of them sold out" : ""
        let first = low.first.map { "; the first is \($0)" } ?? ""
        return .warning(
            "stock.low", "\(counted(low.units, "unit")) low\(soldOut)\(first)",
            "See them with: cartwright stock low; take goods in with: cartwright stock receive")
    }

    /// More emails are not counted.
    static let emailLimit = 1000

    /// Whether emails wait for an operator.
    static func emails(_ counts: EmailCounts) -> [Diagnostic] {
        func number(_ count: Int) -> String {
            count < emailLimit ? counted(count, "email") : "\(emailLimit) emails or more"
        }
        var found: [Diagnostic] = []
        if counts.refused > 0 {
            found.append(
                .failed(
                    "emails.refused",
                    "\(number(counts.refused)) cannot be sent: the email server or provider refuses the shop",
                    "See the reason with: cartwright emails --status refused. They are sent once the settings are "
                        + "right"))
        }
        if counts.failed > 0 {
            found.append(
                .warning(
                    "emails.failed", "\(number(counts.failed)) not sent, and not tried again",
                    "See them with: cartwright emails --status failed, send them again with: cartwright emails resend"))
        }
        if counts.parked > 0 {
            found.append(
                .warning(
                    "emails", "\(number(counts.parked)) with unknown delivery status",
                    "Look at them with: cartwright emails"))
        }
        return found.isEmpty ? [.ok("emails", "No email waits for an operator")] : found
    }

    /// Whether prices in other currencies can be had, and whether a set of rates waits for an operator.
    static func rates(_ status: RateStatus, _ settings: ShopSettings) -> [Diagnostic] {
        [rateAge(status, settings), heldRates(status)].compactMap(\.self)
    }

    private static func rateAge(_ status: RateStatus, _ settings: ShopSettings) -> Diagnostic {
        let advice = "See why with: cartwright jobs --name rates.refresh; ask again with: cartwright rates refresh"
        guard let set = status.current?.set, let days = status.ageDays, let freshness = status.freshness(settings)
        else {
            return .warning(
                "rates", "There are none yet; only prices set by hand and in \(settings.currency) can be paid", advice)
        }
        let text = "of \(set.date), \(set.source), \(counted(days, "day")) old"
        return switch freshness {
        case .fresh: .ok("rates", text)
        case .old: .warning("rates", text, advice)
        case .expired: .failed("rates", "\(text): other currencies cannot be paid in", advice)
        }
    }

    private static func heldRates(_ status: RateStatus) -> Diagnostic? {
        guard let latest = status.held.first else { return nil }
        let moves = status.moves(of: latest).map(\.description).joined(separator: ", ")
        return .warning(
            "rates.held",
            "\(counted(status.held.count, "set")) moved too far; the latest, of \(latest.set.date): \(moves)",
            "Compare with another source, then: cartwright rates approve \(latest.set.id), or reject")
    }

    /// The rules that hold between rows at every moment: orders, payments, stock, emails, jobs.
    static func rules(names: [String], violations: [InvariantViolation]) -> [Diagnostic] {
        let broken = Dictionary(violations.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return names.map { name in
            guard let violation = broken[name] else { return .ok("rule.\(name)", "holds") }
            let next =
                name == "webhook_event_handled"
                ? ". Then: cartwright payments replay <event>, or: cartwright payments ignore <event> --note …" : ""
            return .failed(
                "rule.\(name)", "broken: \(violation.rule)",
                "Look into: \(violation.ids.joined(separator: ", "))\(next)")
        }
    }
}
