import Domain
import Storage

/// Whether the providers are called, or held to be away.
struct ProviderCheckup: Sendable {
    let services: Services

    func findings() async -> [Finding] {
        var findings: [Finding] = []
        for provider in Provider.allCases {
            do {
                findings.append(Self.judge(provider, try await services.circuits.status(of: provider)))
            } catch {
                findings.append(.failed("provider.\(provider.rawValue)", error))
            }
        }
        return findings
    }

    static func judge(_ provider: Provider, _ status: CircuitStatus) -> Finding {
        let check = "provider.\(provider.rawValue)"
        let since = status.since.map { " since \(TimeText.moment($0))" } ?? ""
        let advice = "Jobs wait and use up no attempt. Last failure: \(status.reason ?? "none noted")"
        switch status.state {
        case .closed: return .ok(check, "calls go through")
        case .probing:
            return .warning(
                check, "failed\(since); calls go through again, a few at a time, until enough have worked", advice)
        case .open:
            let next = TimeText.span(seconds: Double(status.remaining.components.seconds) + 1)
            return .warning(check, "fails\(since); calls are held back, the next try is in \(next)", advice)
        }
    }
}
