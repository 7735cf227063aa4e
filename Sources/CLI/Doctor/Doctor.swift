import ArgumentParser
import Bootstrap
import Domain
import Foundation
import JobQueue
import Providers
import Resilience
import Storage

/// Looks at everything that must be right for the shop to keep its promises.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Check settings, servers, tables, queues and the rules that hold between orders, payments, stock "
            + "and emails.",
        discussion: "Changes nothing. Exit code 1 when a check fails; warnings don't count.")

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func run() async throws {
        let found = await Self.examine()
        let failures = found.count { $0.severity == .failed }
        if json {
            try Terminal.writeJSON(Report(ok: failures == 0, checks: found))
        } else {
            for diagnostic in found { Self.write(diagnostic) }
            let warnings = found.count { $0.severity == .warning }
            let summary =
                failures == 0 ? "All checks passed" : "\(failures) of \(counted(found.count, "check")) failed"
            Terminal.write("\n\(summary)\(warnings == 0 ? "" : ", \(counted(warnings, "warning"))").")
        }
        if failures > 0 { throw ExitCode(ExitStatus.failure.rawValue) }
    }

    private struct Report: Encodable {
        let ok: Bool
        let checks: [Diagnostic]
    }

    private static func examine() async -> [Diagnostic] {
        let program = Diagnostic.ok(
            "program", "cartwright \(Version.text), \(ProcessInfo.processInfo.operatingSystemVersionString)")
        do {
            return [program] + (try await Services.use { services in await examine(services) })
        } catch {
            return [program, .unknown("settings", error)]
        }
    }

    /// What needs a server that does not answer, or tables that are not there, is skipped: its failure would only hide
    /// the cause.
    private static func examine(_ services: Services) async -> [Diagnostic] {
        async let redisLook = look("redis") {
            try await RedisSnapshot.ofEachMaster(services.redis).flatMap { $0.diagnostics() }
        }
        var database = await look("postgresql") {
            let snapshot = try await DatabaseSnapshot(of: services.database)
            return snapshot.diagnostics()
        }
        let redis = await redisLook
        let hasTables = !database.contains { $0.severity == .failed }
        let hasRedis = !redis.contains { $0.severity == .failed }
        if !database.contains(where: { $0.name == "migrations" }) {
            database.append(.skipped("migrations", "PostgreSQL cannot be used"))
        }
        let prefix = services.settings.redis.queuePrefix
        var found = [
            Diagnostic.ok(
                "settings", "prices in \(services.settings.shop.currency), keys in Redis begin with \(prefix)")
        ]
        found += database + redis
        found +=
            hasRedis && hasTables
            ? await queues(services) : [.skipped("queues", "needs both servers and all tables")]
        found += hasRedis ? await providers(services) : [.skipped("provider", "needs Redis")]
        found += hasTables ? await shop(services) : [.skipped("rules", "needs the database with all tables")]
        return found
    }

    private static func queues(_ services: Services) async -> [Diagnostic] {
        await look("queues") { try await services.inspector.queues(known: ShopQueue.names).map(Diagnostic.queue) }
    }

    private static func providers(_ services: Services) async -> [Diagnostic] {
        var found: [Diagnostic] = []
        for provider in Provider.allCases {
            found += await look("provider.\(provider.rawValue)") {
                [.provider(provider, try await services.circuits.status(of: provider.rawValue))]
            }
        }
        return found
    }

    private static func shop(_ services: Services) async -> [Diagnostic] {
        var found = await look("orders.stopped") { [.stoppedOrders(try await services.orders.stopped())] }
        found += await look("stock.low") { [.lowStock(try await services.stock.low())] }
        found += await look("payments.capture") {
            [.captures(try await services.captures.due(within: .seconds(86_400)))]
        }
        found += await look("payments.declines") { [.declines(try await services.orders.cardTesting())] }
        found += await look("payments.disputes") { [.disputes(try await services.disputes.open())] }
        found += await look("payments.events") {
            let unmatched = Diagnostic.unmatched(try await services.webhooks.unmatched())
            let provider = PaymentProviders.named(services.settings.shop.paymentProvider)
            guard let expected = provider?.webhookReader(secrets: []).apiVersion else {
                return [unmatched].compactMap(\.self)
            }
            let versions = try await services.webhooks.otherVersions(than: expected)
            return [unmatched, .eventVersions(versions, expected: expected)].compactMap(\.self)
        }
        found += await look("payments.reconciliation") {
            let counts = try await services.reconciliations.openCounts()
            return Diagnostic.reconciliation(
                counts, coveredUntil: try await services.reconciliations.coveredUntil(), at: Date())
        }
        found += await look("rates") { Diagnostic.rates(try await services.rates.status(), services.settings.shop) }
        found += await look("emails") {
            Diagnostic.emails(try await services.emails.counts(upTo: Diagnostic.emailLimit))
        }
        found += await look("rules") {
            Diagnostic.rules(names: Invariants.names, violations: try await services.invariants.check())
        }
        return found
    }

    /// What was found, or that it could not be looked at.
    private static func look(_ name: String, _ body: () async throws -> [Diagnostic]) async -> [Diagnostic] {
        do {
            return try await body()
        } catch {
            return [.unknown(name, error)]
        }
    }

    private static func write(_ diagnostic: Diagnostic) {
        // What failed is loud.
        let label = diagnostic.severity == .failed ? "FAIL" : diagnostic.severity.rawValue
        let pad = String(repeating: " ", count: max(0, 8 - label.count))
        Terminal.write("\(label)\(pad) \(diagnostic.name): \(DisplayText.printable(diagnostic.found))")
        if let advice = diagnostic.advice { Terminal.write("         → \(DisplayText.printable(advice))") }
    }
}

extension Diagnostic {
    /// The failure of a check that could not be carried out.
    fileprivate static func unknown(_ name: String, _ error: any Error) -> Diagnostic {
        let failure = Failure.explaining(error) ?? Failure("\(error)")
        return .failed(name, failure.message, failure.advice)
    }
}
