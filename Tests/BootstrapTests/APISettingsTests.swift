import Bootstrap
import Domain
import Foundation
import Logging
import Observability
import Postgres
import Providers
import Storage
import Testing

@Suite("The API's settings are checked before it starts")
struct APISettingsTests {
    private static let key = GoodSettings.key
    private static let api = GoodSettings.api
    private static let worker = GoodSettings.worker

    @Test("what is not set has its default")
    func defaults() throws {
        let settings = try APISettings(checking: SettingsReader(values: Self.api))
        #expect(settings.http.host == "127.0.0.1")
        #expect(settings.http.port == 8080)
        #expect(settings.metrics.port == 9464)
        #expect(settings.database.configuration.poolSize == 20)
        #expect(settings.redis.queuePrefix == "cw")
        #expect(settings.log.level == .info)
        #expect(settings.log.format == .json)
        #expect(
            settings.shop
                == ShopSettings(
                    charges: PaymentProviders.all[0].charges, paymentProvider: "stripe"))
        #expect(settings.auth.signingKeys.map(\.id) == ["2026"])
        #expect(settings.auth.signingKeys[0].secret.count == 48)
    }

    @Test("what is set is taken")
    func values() throws {
        let settings = try APISettings(
            checking: SettingsReader(
                values: Self.api.merging([
                    "HOST": "0.0.0.0", "PORT": "80", "CORS_ORIGINS": "https://shop.example, http://localhost:3000",
                    "METRICS_PORT": "0", "HTTP_MAX_CONNECTIONS": "500", "HTTP_MAX_CONNECTIONS_PER_ADDRESS": "20",
                    "HTTP_BODY_MEMORY_MIB": "8", "HTTP_REQUEST_TIMEOUT_SECONDS": "30",
                    "DATABASE_POOL_SIZE": "5", "REDIS_KEY_PREFIX": "shop-2",
                    "LOG_LEVEL": "debug", "LOG_FORMAT": "text", "SHOP_CURRENCY": "EUR", "RESERVATION_SECONDS": "60",
                    "RATES_MARGIN_PERCENT": "2.5", "RATES_MAX_AGE_DAYS": "7", "SHOP_LANGUAGE": "de",
                    "EMAIL_PAYMENT_FAILED_SECONDS": "0",
                ]) { $1 }))
        #expect(settings.http.host == "0.0.0.0")
        #expect(settings.http.corsOrigins == ["https://shop.example", "http://localhost:3000"])
        #expect(settings.http.port == 80)
        #expect(settings.metrics.port == 0)
        #expect(settings.http.edge.connections == 500)
        #expect(settings.http.edge.connectionsPerAddress == 20)
        #expect(settings.http.edge.bodyBytes == 8 << 20)
        #expect(settings.http.edge.requestTime == .seconds(30))
        #expect(settings.database.configuration.poolSize == 5)
        #expect(settings.redis.queuePrefix == "shop-2")
        #expect(settings.log.level == .debug)
        #expect(settings.log.format == .text)
        #expect(settings.shop.currency.code == "EUR")
        #expect(settings.shop.reservation == .seconds(60))
        #expect(settings.shop.rateMargin.rawValue == 250)
        #expect(settings.shop.maximumRateAgeDays == 7)
        #expect(settings.shop.language == .german)
        #expect(settings.shop.paymentFailedEmailDelay == .zero)
    }

    @Test("spans go to the collector that is named, and nowhere without one")
    func tracing() throws {
        func tracing(_ changes: [String: String]) throws -> TracingSettings? {
            try APISettings(checking: SettingsReader(values: Self.api.merging(changes) { $1 })).tracing
        }
        let collector = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318/"]
        #expect(try tracing([:]) == nil)
        #expect(try tracing(["OTEL_EXPORTER_OTLP_ENDPOINT": "", "OTEL_SERVICE_NAME": "shop"]) == nil)
        let standard = try #require(try tracing(collector))
        #expect(standard.endpoint == "http://127.0.0.1:4318")
        #expect(standard.service == "cartwright-api" && standard.ratio == 1)
        let chosen = try tracing(
            collector.merging(["OTEL_SERVICE_NAME": "shop-eu", "OTEL_TRACES_SAMPLER_ARG": "0.05"]) { $1 })
        #expect(chosen?.service == "shop-eu" && chosen?.ratio == 0.05)
        let worker = try WorkerProcessSettings(
            checking: SettingsReader(values: Self.worker.merging(collector) { $1 }))
        #expect(worker.tracing?.service == "cartwright-worker")
        for (name, wrong) in [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"), ("OTEL_TRACES_SAMPLER_ARG", "1.5"),
            ("OTEL_TRACES_SAMPLER_ARG", "nan"), ("OTEL_TRACES_SAMPLER_ARG", "-0.1"), ("OTEL_SERVICE_NAME", "a\nb"),
        ] {
            #expect(
                GoodSettings.complaint([name: wrong])?.contains("\(name): cannot be used") == true, "\(name)=\(wrong)")
        }
    }

    @Test("an empty value asks for the default")
    func empty() throws {
        let settings = try APISettings(
            checking: SettingsReader(values: Self.api.merging(["PORT": "", "LOG_LEVEL": ""]) { $1 }))
        #expect(settings.http.port == 8080)
        #expect(settings.log.level == .info)
    }

    @Test("everything that is wrong is said at once, each with its name")
    func allAtOnce() throws {
        let text = try #require(
            GoodSettings.complaint([
                "PORT": "eighty", "LOG_LEVEL": "loud", "DATABASE_URL": "", "REDIS_URL": "http://x",
                "AUTH_SIGNING_KEYS": "short:YQ==",
            ]))
        for name in ["PORT", "LOG_LEVEL", "DATABASE_URL", "REDIS_URL", "AUTH_SIGNING_KEYS"] {
            #expect(text.contains("\n  \(name): "), "\(name) in \(text)")
        }
        #expect(text.contains("expected a whole number from 0 to 65535"))
        #expect(text.contains("trace, debug, info"))
    }

    @Test(
        "values out of bounds are refused",
        arguments: [
            ("PORT", "65536"), ("PORT", "-1"), ("PORT", " 80"), ("METRICS_PORT", "x"),
            ("HTTP_MAX_CONNECTIONS", "0"), ("HTTP_MAX_CONNECTIONS", "many"), ("HTTP_MAX_CONNECTIONS_PER_ADDRESS", "0"),
            ("HTTP_BODY_MEMORY_MIB", "1"), ("HTTP_BODY_MEMORY_MIB", "9223372036854775807"),
            ("HTTP_REQUEST_TIMEOUT_SECONDS", "0"), ("HTTP_REQUEST_TIMEOUT_SECONDS", "-5"),
            ("DATABASE_POOL_SIZE", "0"),
            ("HOST", "a b"),
            ("CORS_ORIGINS", "*"), ("CORS_ORIGINS", "null"), ("CORS_ORIGINS", "shop.example"),
            ("CORS_ORIGINS", "https://shop.example/"),
            ("CORS_ORIGINS", "https://Shop.example"), ("CORS_ORIGINS", "https://shop.example:443"),
            ("CORS_ORIGINS", "https://a.example,"),
            ("CORS_ORIGINS", "https://*.shop.example"), ("CORS_ORIGINS", "https://shop.example:x"),
            ("CORS_ORIGINS", "ftp://a.example"),
            ("SHOP_CURRENCY", "XXY"), ("RESERVATION_SECONDS", "0"), ("RATES_MARGIN_PERCENT", "21"),
            ("RATES_MARGIN_PERCENT", "2,5"),
            ("RATES_MAX_AGE_DAYS", "0"), ("SHOP_LANGUAGE", "es"), ("EMAIL_PAYMENT_FAILED_SECONDS", "3601"),
            ("SENDGRID_WEBHOOK_KEY", "MFkw"),
            ("REDIS_KEY_PREFIX", "a b"), ("REDIS_KEY_PREFIX", "{x}"),
            ("LOG_FORMAT", "xml"), ("DATABASE_URL", "mysql://localhost/x"), ("REDIS_URL", "redis://host:99999"),
        ])
    func refused(name: String, value: String) throws {
        let text = try #require(GoodSettings.complaint([name: value]))
        #expect(text.contains("  \(name): "))
        #expect(text.contains("expected "))
    }

    @Test(
        "what is wrong with the address of Redis is said, in whichever form it is",
        arguments: [
            ("redis://:hunter2@h/x", "database must be a number"),
            ("redis+sentinel://:hunter2@a,b", "the name that the sentinels have"),
            ("redis+cluster://:hunter2@a,b/1", "database 0 only"), ("rediss://:hunter2@h?ca=x", "ca must be"),
        ])
    func redis(value: String, reason: String) throws {
        let text = try #require(GoodSettings.complaint(["REDIS_URL": value]))
        #expect(text.contains("REDIS_URL: cannot be used as it is; expected a Redis URL such as "))
        #expect(text.contains(reason) && !text.contains("hunter2"))
    }

    @Test("a secret is never repeated")
    func noSecrets() throws {
        let changes = [
            "DATABASE_URL": "mysql://shop:hunter2@db/x", "REDIS_URL": "rediss://u:hunter2@h?ca=x",
            "AUTH_SIGNING_KEYS": "k:hunter2hunter2",
        ]
        let text = try #require(GoodSettings.complaint(changes))
        #expect(!text.contains("hunter2"))
        let key = try APISettings(checking: SettingsReader(values: Self.api)).auth.signingKeys[0]
        var dumped = ""
        dump(key, to: &dumped)
        #expect("\(key)" == "signing key 2026")
        #expect(dumped == "- signing key 2026\n")
        let worker = try WorkerProcessSettings(
            checking: SettingsReader(
                values: Self.worker.merging([
                    "SMTP_URL": "smtp://shop:hunter2@mail:25", "REDIS_URL": "redis://:hunter2@h",
                ]) { $1 }))
        for secret in ["hunter2", "sk_test_0"] {
            #expect(!"\(worker)".contains(secret))
        }
    }

    private static func encoded(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    private static let wrongKeys: [(String, String)] = [
        ("no colon at all", "has no id"),
        (":\(encoded("x"))", "has no id"),
        ("a b:\(encoded("x"))", "has no id"),
        ("k:***", "is not base64"),
        ("k:\(encoded(String(repeating: "7", count: 31)))", "has only 31 bytes"),
        ("k:\(encoded(String(repeating: "7", count: 64)))", "can guess"),
        ("k:\(encoded("this-is-my-super-secret-signing-key-1234"))", "can guess"),
        ("k:\(encoded("ChangeMe-and-do-it-before-you-go-live-42"))", "can guess"),
        ("\(key),\(key)", "twice"),
        ("\(key),", "entry 2 has no id"),
    ]

    @Test("signing keys that are short, broken, doubled or guessable are refused", arguments: wrongKeys)
    func signingKeys(value: String, wrong: String) throws {
        #expect(try #require(GoodSettings.complaint(["AUTH_SIGNING_KEYS": value])).contains(wrong))
    }

    @Test("several keys: the first one signs")
    func rotation() throws {
        let second = "2025:" + Self.key.dropFirst(5)
        let settings = try APISettings(
            checking: SettingsReader(values: Self.api.merging(["AUTH_SIGNING_KEYS": "\(Self.key),\(second)"]) { $1 }))
        #expect(settings.auth.signingKeys.map(\.id) == ["2026", "2025"])
    }
}
