import Bootstrap
import Domain
import Storage

/// Whether prices in other currencies can be had, and whether somebody is waited for.
struct RateCheckup: Sendable {
    let services: Services

    func findings() async -> [Finding] {
        do {
            return Self.judge(try await services.rates.status(), services.settings.shop)
        } catch {
            return [.failed("rates", error)]
        }
    }

    static func judge(_ status: RateStatus, _ settings: ShopSettings) -> [Finding] {
        [age(status, settings), held(status)].compactMap(\.self)
    }

    private static func age(_ status: RateStatus, _ settings: ShopSettings) -> Finding {
        let advice = "See why with: cartwright jobs --name rates.refresh; ask again with: cartwright rates refresh"
        guard let set = status.current?.set, let days = status.ageDays, let freshness = status.freshness(settings)
        else {
            return .warning(
                "rates", "there are none yet; only prices set by hand and in \(settings.currency) can be paid", advice)
        }
        let text = "of \(set.date), \(set.source), \(counted(days, "day")) old"
        return switch freshness {
        case .fresh: .ok("rates", text)
        case .old: .warning("rates", text, advice)
        case .expired: .failed("rates", "\(text): other currencies cannot be paid in", advice)
        }
    }

    private static func held(_ status: RateStatus) -> Finding? {
        guard let latest = status.held.first else { return nil }
        let moves = status.moves(of: latest).map(\.description).joined(separator: ", ")
        return .warning(
            "rates.held",
            "\(counted(status.held.count, "set")) moved too far; the latest, of \(latest.set.date): \(moves)",
            "Compare with another source, then: cartwright rates approve \(latest.set.id), or reject")
    }
}
