import Bootstrap
import Domain
import Foundation
import Postgres
import PropertySupport
import Resilience
import Storage
import Testing

@Suite("Whatever a setting holds, it is taken in bounds or refused with its name", .timeLimit(.minutes(10)))
struct SettingsFuzzTests {
    private static let key =
        "2026:" + Data((0..<48).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) }).base64EncodedString()
    private static let good = [
        "DATABASE_URL": "postgres://shop:hunter2@127.0.0.1:5432/shop", "REDIS_URL": "redis://127.0.0.1:6379/0",
        "AUTH_SIGNING_KEYS": key,
        "PAYMENTS_API_KEY": "sk_test_0123456789abcdef", "PAYMENTS_API_BASE": "http://127.0.0.1:9090",
        "EMAIL_FROM": "Shop <orders@shop.example>",
        "SMTP_URL": "smtp://user:pass@127.0.0.1:25", "SMTP_STARTTLS": "offered", "PORT": "8080", "METRICS_PORT": "9464",
        "HTTP_MAX_CONNECTIONS": "500", "HTTP_BODY_MEMORY_MIB": "64", "HTTP_REQUEST_TIMEOUT_SECONDS": "10",
        "DATABASE_POOL_SIZE": "20", "SHUTDOWN_GRACE_SECONDS": "25", "RESERVATION_SECONDS": "900", "PAYMENTS_RATE": "25",
        "PAYMENTS_RATE_TOTAL": "100",
        "PAYMENTS_BURST": "5", "PAYMENTS_CAPTURE_DAYS": "7", "EMAIL_OUTCOME_TIMEOUT_SECONDS": "30",
        "EMAIL_PAYMENT_FAILED_SECONDS": "120",
        "RATES_MARGIN_PERCENT": "2.5", "RATES_MAX_AGE_DAYS": "10", "BCRYPT_COST": "12",
        "WORKER_QUEUES": "checkout=64,email=32",
        "QUEUE_MAX_LENGTH": "email=100000", "SHOP_TIME_ZONE": "Europe/Berlin", "SHOP_CURRENCY": "USD",
        "PAYMENTS_WEBHOOK_SECRETS": "whsec_a,whsec_b",
        "PAYMENTS_MODE": "test", "LOG_LEVEL": "info", "RATES_PROVIDER": "ecb",
        "EMAIL_ACTIVITY_URL": "http://127.0.0.1:9090/activity", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318",
        "OTEL_SERVICE_NAME": "cartwright", "OTEL_TRACES_SAMPLER_ARG": "0.5",
    ]

    @Test("one of them changed, for an API, a worker and a command")
    func changed() {
        let names = Self.good.keys.sorted()
        property(
            "settings", count: 3_000,
            both(Gen<Int>.int(0...names.count - 1), Gen<[UInt8]>.bytes(near: Array(Self.good.values.sorted())))
        ) {
            index, bytes in
            // An environment has no zero bytes.
            let text = String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self)
            let reader = SettingsReader(values: Self.good.merging([names[index]: text]) { $1 })
            try Self.check {
                try APISettings(checking: reader)
            } holds: { settings in
                (1...65535).contains(settings.http.port) && (0...1).contains(settings.tracing?.ratio ?? 0)
                    && (0...65535).contains(settings.metrics.port)
                    && (1...1000).contains(settings.database.configuration.poolSize)
            }
            try Self.check {
                try WorkerProcessSettings(checking: reader)
            } holds: { settings in
                settings.worker.queues.values.allSatisfy { (1...10_000).contains($0) }
                    && settings.worker.grace <= .seconds(3600)
                    && (2...90).contains(settings.payments.captureDays)
                    && settings.email.unknownWait <= .seconds(86_400)
                    && (1...100_000).contains(settings.payments.limits.perEndpoint)
            }
            try Self.check {
                try CommandSettings(checking: reader)
            } holds: { settings in
                settings.shop.reservation <= .seconds(86_400) && settings.shop.reservation >= .seconds(1)
            }
        }
    }

    private static func check<Settings>(_ read: () throws -> Settings, holds: (Settings) -> Bool) throws {
        do {
            let settings = try read()
            try demand(holds(settings), "\(settings)")
        } catch let error as StartupError {
            try demand(error.message.contains { $0.isUppercase }, "no name in: \(error.message)")
        }
    }
}
