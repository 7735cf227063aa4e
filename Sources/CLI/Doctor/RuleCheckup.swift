import Postgres
import Storage

/// The rules that hold between rows at every moment: orders, payments, stock, mails, jobs.
struct RuleCheckup: Sendable {
    let services: Services

    func findings() async -> [Finding] {
        do {
            return Self.findings(names: Invariants.names, violations: try await services.invariants.check())
        } catch {
            return [.failed("rules", error)]
        }
    }

    static func findings(names: [String], violations: [InvariantViolation]) -> [Finding] {
        let broken = Dictionary(violations.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return names.map { name in
            guard let violation = broken[name] else { return .ok("rule.\(name)", "holds") }
            let remedy =
                name == "webhook_event_handled"
                ? ". Then: cartwright payments replay <event>, or: cartwright payments ignore <event> --note …" : ""
            return .failed(
                "rule.\(name)", "broken: \(violation.rule)",
                "Look into: \(violation.ids.joined(separator: ", "))\(remedy)")
        }
    }
}
