import ArgumentParser
import Foundation

/// Looks at everything that must be right for the shop to keep its promises.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check settings, servers, tables, queues and the rules that hold between orders, payments, stock and mails.",
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
            Terminal.write(failures == 0 ? "\nAll is well." : "\n\(failures) of \(findings.count) checks failed.")
        }
        if failures > 0 { throw ExitCode(ExitStatus.failure.rawValue) }
    }

    private struct Report: Encodable {
        let ok: Bool
        let checks: [Finding]
    }

    private static func examine() async -> [Finding] {
        var findings = [Finding.ok("program", "cartwright \(ProgramVersion.text), \(ProcessInfo.processInfo.operatingSystemVersionString)")]
        do {
            findings += try await Services.use { services in
                let settings = Finding.ok("settings", "complete; \(services.settings.summary)")
                let database = await DatabaseCheckup(services: services).findings()
                let redis = await RedisCheckup(services: services).findings()
                let queues = await QueueCheckup(services: services).findings()
                let rules = await RuleCheckup(services: services).findings()
                return [settings] + database + redis + queues + rules
            }
        } catch {
            findings.append(.failed("settings", error))
        }
        return findings
    }

    private static func write(_ finding: Finding) {
        let label = finding.verdict.label
        let pad = String(repeating: " ", count: max(0, 8 - label.count))
        Terminal.write("\(label)\(pad) \(finding.check): \(DisplayText.printable(finding.detail))")
        if let advice = finding.advice { Terminal.write("         → \(DisplayText.printable(advice))") }
    }
}
