import ArgumentParser
import Bootstrap
import Foundation
import Storage

/// Looks at everything that must be right for the shop to keep its promises.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Check settings, servers, tables, queues and the rules that hold between orders, payments, stock and mails.",
        discussion: "Changes nothing. Exit code 1 when a check fails; warnings don't count.")

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func run() async throws {
        let findings = await Self.examine()
        let failures = findings.filter { $0.verdict == .failed }.count
        if json {
            try Terminal.writeJSON(Report(ok: failures == 0, checks: findings))
        } else {
            for finding in findings { Self.write(finding) }
            let warnings = findings.filter { $0.verdict == .warning }.count
            let verdict =
                failures == 0 ? "All checks passed" : "\(failures) of \(counted(findings.count, "check")) failed"
            Terminal.write("\n\(verdict)\(warnings == 0 ? "" : ", \(counted(warnings, "warning"))").")
        }
        if failures > 0 { throw ExitCode(ExitStatus.failure.rawValue) }
    }

    private struct Report: Encodable {
        let ok: Bool
        let checks: [Finding]
    }

    private static func examine() async -> [Finding] {
        let program = Finding.ok(
            "program", "cartwright \(Version.text), \(ProcessInfo.processInfo.operatingSystemVersionString)")
        do {
            return [program] + (try await Services.use { services in await examine(services) })
        } catch {
            return [program, .failed("settings", error)]
        }
    }

    /// What needs a server that does not answer, or tables that are not there, is skipped: its failure would only hide
    /// the cause.
    private static func examine(_ services: Services) async -> [Finding] {
        async let redis = RedisCheckup(services: services).findings()
        let database = await DatabaseCheckup(services: services).findings()
        let hasTables = !database.contains { $0.verdict == .failed }
        let hasRedis = await !redis.contains { $0.verdict == .failed }
        let hasBoth = hasRedis && hasTables
        let queues =
            hasBoth
            ? await QueueCheckup(services: services).findings()
            : [.skipped("queues", "needs both servers and all tables")]
        let providers =
            hasRedis ? await ProviderCheckup(services: services).findings() : [.skipped("provider", "needs Redis")]
        let rules =
            hasTables
            ? await RuleCheckup(services: services).findings()
            : [.skipped("rules", "needs the database with all tables")]
        let stopped = hasTables ? await StoppedOrderCheckup(services: services).findings() : []
        let captures = hasTables ? await CaptureCheckup(services: services).findings() : []
        let declines = hasTables ? await DeclineCheckup(services: services).findings() : []
        let disputes = hasTables ? await DisputeCheckup(services: services).findings() : []
        let reconciliation = hasTables ? await ReconciliationCheckup(services: services).findings() : []
        let mails = hasTables ? await EmailCheckup(services: services).findings() : []
        let rates =
            hasTables
            ? await RateCheckup(services: services).findings()
            : [.skipped("rates", "needs the database with all tables")]
        let money = stopped + captures + declines + disputes + reconciliation + rates
        return [settings(of: services)] + database + (await redis) + queues + providers + money + mails + rules
    }

    private static func settings(of services: Services) -> Finding {
        let prefix = services.settings.redis.queuePrefix
        return .ok("settings", "prices in \(services.settings.shop.currency), keys in Redis begin with \(prefix)")
    }

    private static func write(_ finding: Finding) {
        let label = finding.verdict.label
        let pad = String(repeating: " ", count: max(0, 8 - label.count))
        Terminal.write("\(label)\(pad) \(finding.check): \(DisplayText.printable(finding.detail))")
        if let advice = finding.advice { Terminal.write("         → \(DisplayText.printable(advice))") }
    }
}
