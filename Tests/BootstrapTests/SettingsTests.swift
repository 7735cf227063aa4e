import Bootstrap
import Domain
import Foundation
import JobQueue
import Logging
import Observability
import Postgres
import Providers
import Resilience
import Storage
import Testing

@Suite("Settings are checked before anything starts")
struct SettingsTests {
    private static let key =
        "2026:" + Data((0..<48).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) }).base64EncodedString()
    private static let api = [
        "DATABASE_URL": "postgres://shop:hunter2@127.0.0.1:5432/shop", "REDIS_URL": "redis://127.0.0.1:6379",
        "AUTH_SIGNING_KEYS": key,
    ]
    private static let worker = api.merging([
        "PAYMENTS_API_KEY": "sk_test_0123456789abcdef", "MAIL_FROM": "Shop <orders@shop.example>",
        "SMTP_URL": "smtp://127.0.0.1:25",
    ]) { $1 }

    /// What is said about an API with these settings on top of good ones; an empty value takes one away.
    private func complaint(_ changes: [String: String]) -> String? {
        do {
            _ = try APISettings(checking: SettingsReader(values: Self.api.merging(changes) { $1 }))
            return nil
        } catch {
            return error.message
        }
    }

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
                    "DATABASE_POOL_SIZE": "5", "CARTWRIGHT_QUEUE_PREFIX": "shop-2",
                    "LOG_LEVEL": "debug", "LOG_FORMAT": "text", "SHOP_CURRENCY": "EUR", "RESERVATION_SECONDS": "60",
                    "RATES_MARGIN_PERCENT": "2.5", "RATES_MAX_AGE_DAYS": "7", "SHOP_LANGUAGE": "de",
                    "MAIL_PAYMENT_FAILED_SECONDS": "0",
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
            #expect(complaint([name: wrong])?.contains("\(name): cannot be used") == true, "\(name)=\(wrong)")
        }
    }

    @Test("the payment provider is one that the program knows, or it does not start")
    func paymentProvider() throws {
        let known = PaymentProviders.all.map(\.name).joined(separator: ", ")
        let problem = "PAYMENTS_PROVIDER: names no payment provider that this program knows; expected one of \(known)."
        #expect(complaint(["PAYMENTS_PROVIDER": "stripe"]) == nil)
        for name in ["Stripe", "acme", " "] {
            // Once, whatever depends on it.
            let said = complaint([
                "PAYMENTS_PROVIDER": name, "PAYMENTS_WEBHOOK_SECRETS": "whsec_0123456789", "PAYMENTS_MODE": "test",
            ])
            #expect(said?.components(separatedBy: problem).count == 2, "\(said ?? "nothing")")
        }
        var reader = SettingsReader(values: ["PAYMENTS_PROVIDER": "acme"])
        let chosen = PaymentProviders.chosen(&reader, among: PaymentProviders.all + [Acme()])
        #expect(chosen.name == "acme" && reader.problems.isEmpty)
    }

    /// Another provider, of which only the name matters here.
    private struct Acme: PaymentProviderModule {
        private let other = PaymentProviders.all[0]
        var name: String { "acme" }
        var baseURL: String { other.baseURL }
        var keyForm: String { other.keyForm }
        var keyAdvice: String? { other.keyAdvice }
        var webhookSecretForm: String { other.webhookSecretForm }
        var charges: ChargeLimits { .none }

        func mode(ofKey key: String) -> PaymentMode? { other.mode(ofKey: key) }

        func provider(_ access: PaymentProviderAccess) throws(ProviderSettingError) -> any PaymentProvider {
            try other.provider(access)
        }

        func webhookReader(secrets: [String]) -> any PaymentWebhookReader { other.webhookReader(secrets: secrets) }
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
            complaint([
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
            ("RATES_MAX_AGE_DAYS", "0"), ("SHOP_LANGUAGE", "es"), ("MAIL_PAYMENT_FAILED_SECONDS", "3601"),
            ("SENDGRID_WEBHOOK_KEY", "MFkw"),
            ("CARTWRIGHT_QUEUE_PREFIX", "a b"), ("CARTWRIGHT_QUEUE_PREFIX", "{x}"),
            ("LOG_FORMAT", "xml"), ("DATABASE_URL", "mysql://localhost/x"), ("REDIS_URL", "redis://host:99999"),
        ])
    func refused(name: String, value: String) throws {
        let text = try #require(complaint([name: value]))
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
        let text = try #require(complaint(["REDIS_URL": value]))
        #expect(text.contains("REDIS_URL: cannot be used as it is; expected a Redis URL such as "))
        #expect(text.contains(reason) && !text.contains("hunter2"))
    }

    @Test("a secret is never repeated")
    func noSecrets() throws {
        let changes = [
            "DATABASE_URL": "mysql://shop:hunter2@db/x", "REDIS_URL": "rediss://u:hunter2@h?ca=x",
            "AUTH_SIGNING_KEYS": "k:hunter2hunter2",
        ]
        let text = try #require(complaint(changes))
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
        #expect(try #require(complaint(["AUTH_SIGNING_KEYS": value])).contains(wrong))
    }

    @Test("several keys: the first one signs")
    func rotation() throws {
        let second = "2025:" + Self.key.dropFirst(5)
        let settings = try APISettings(
            checking: SettingsReader(values: Self.api.merging(["AUTH_SIGNING_KEYS": "\(Self.key),\(second)"]) { $1 }))
        #expect(settings.auth.signingKeys.map(\.id) == ["2026", "2025"])
    }

    @Test("a worker's settings have defaults and can be changed")
    func workerSettings() throws {
        let plain = try WorkerProcessSettings(checking: SettingsReader(values: Self.worker))
        #expect(plain.worker.queues == ShopQueue.defaultSlots)
        #expect(plain.worker.grace == .seconds(25))
        #expect(plain.payments.baseURL == "https://api.stripe.com")
        #expect(plain.mail.activityURL == nil)
        #expect(plain.payments.limits == CallLimits(perEndpoint: 25, total: 100, burst: 5))

        let changed = try WorkerProcessSettings(
            checking: SettingsReader(
                values: Self.worker.merging([
                    "WORKER_QUEUES": "checkout=2,email=1", "SHUTDOWN_GRACE_SECONDS": "3", "QUEUE_BOUNDS": "email=500",
                    "PAYMENTS_API_BASE": "http://127.0.0.1:9090/",
                    "PAYMENTS_CAPTURE": "manual", "PAYMENTS_CAPTURE_DAYS": "5", "PAYMENTS_CAPTURE_DEADLINE": "capture",
                    "RATES_PROVIDER": "frankfurter", "PAYMENTS_RATE": "50", "PAYMENTS_RATE_TOTAL": "120",
                    "PAYMENTS_BURST": "7",
                    "MAIL_ACTIVITY_URL": "http://127.0.0.1:9090/mail/activity",
                ]) { $1 }))
        #expect(changed.worker.queues == ["checkout": 2, "email": 1])
        #expect(changed.worker.grace == .seconds(3))
        #expect(changed.redis.queueBounds == ["email": 500])
        #expect(changed.payments.baseURL == "http://127.0.0.1:9090")
        #expect(changed.payments.capture == .manual)
        #expect(changed.payments.captureDays == 5)
        #expect(changed.payments.deadline == .capture)
        #expect(changed.payments.limits == CallLimits(perEndpoint: 50, total: 120, burst: 7))
        #expect(changed.rates.kind.name == "frankfurter")
        #expect(changed.mail.activityURL == "http://127.0.0.1:9090/mail/activity")
    }

    @Test(
        "a worker's wrong settings are refused",
        arguments: [
            ("WORKER_QUEUES", "checkout"), ("WORKER_QUEUES", "checkout=0"), ("WORKER_QUEUES", "checkout=1,checkout=2"),
            ("WORKER_QUEUES", "a b=1"), ("QUEUE_BOUNDS", "email"), ("QUEUE_BOUNDS", "email=0"),
            ("WORKER_QUEUES", "checkout=1,"), ("SHUTDOWN_GRACE_SECONDS", "-1"), ("PAYMENTS_API_KEY", "pk_live_123"),
            ("PAYMENTS_API_KEY", ""),
            ("PAYMENTS_API_BASE", "ftp://x"), ("PAYMENTS_API_BASE", "https://user:pw@x"), ("MAIL_FROM", "nobody"),
            ("SMTP_URL", "http://x"),
            ("MAIL_ACTIVITY_URL", "x"), ("SMTP_STARTTLS", "maybe"), ("MAIL_TRANSPORT", "pigeon"),
            ("SHOP_TIME_ZONE", "Mars/Olympus"),
            ("RATES_PROVIDER", "oracle"), ("PAYMENTS_CAPTURE", "later"),
            ("PAYMENTS_CAPTURE_DAYS", "1"), ("PAYMENTS_CAPTURE_DEADLINE", "never"),
            ("PAYMENTS_RATE", "0"), ("PAYMENTS_RATE_TOTAL", "many"), ("PAYMENTS_BURST", "0"),
        ])
    func workerRefused(name: String, value: String) {
        let error = #expect(throws: StartupError.self) {
            try WorkerProcessSettings(checking: SettingsReader(values: Self.worker.merging([name: value]) { $1 }))
        }
        #expect(error?.message.contains("  \(name): ") == true)
    }

    /// What a worker with these settings does with STARTTLS.
    private func startTLS(_ changes: [String: String]) throws -> String {
        let settings = try WorkerProcessSettings(checking: SettingsReader(values: Self.worker.merging(changes) { $1 }))
        guard case .smtp(_, let policy) = settings.mail.transport else { return "none" }
        return "\(policy)"
    }

    @Test(
        "mail is encrypted on its way, but for a server on this machine that offers no encryption",
        arguments: [
            ("smtp://127.0.0.1:25", "whenOffered"), ("smtp://user:p%40ss@localhost:587", "whenOffered"),
            ("smtp://[::1]:25", "whenOffered"),
            ("smtp://mail.example.com:587", "required"), ("smtp://127.0.0.1@mail.example.com:587", "required"),
            ("smtp://127.0.0.1.example.com", "required"), ("smtp://10.0.0.1:25", "required"),
            ("smtps://mail.example.com", "required"),
        ])
    func encryption(url: String, policy: String) throws {
        #expect(try startTLS(["SMTP_URL": url]) == policy)
        #expect(try startTLS(["SMTP_URL": url, "SMTP_STARTTLS": "never"]) == "never")
        #expect(try startTLS(["SMTP_URL": url, "SMTP_STARTTLS": "offered"]) == "whenOffered")
        #expect(try startTLS(["SMTP_URL": url, "SMTP_STARTTLS": "required"]) == "required")
    }

    @Test("mail through the provider's API needs a key and no mail server")
    func mailAPI() throws {
        func settings(_ changes: [String: String]) throws -> WorkerProcessSettings {
            let given = ["MAIL_TRANSPORT": "sendgrid", "SMTP_URL": "", "SHOP_TIME_ZONE": "Europe/Berlin"].merging(
                changes
            ) { $1 }
            return try WorkerProcessSettings(checking: SettingsReader(values: Self.worker.merging(given) { $1 }))
        }
        for key in ["", "hunter2", "SG.", "SG.hunter 2"] {
            let error = #expect(throws: StartupError.self) { try settings(["SENDGRID_API_KEY": key]) }
            #expect(
                error?.message.contains("  SENDGRID_API_KEY: ") == true && error?.message.contains("hunter") == false)
        }
        let right = try settings(["SENDGRID_API_KEY": "SG.hunter2"])
        guard case .sendGrid(let key, "https://api.sendgrid.com") = right.mail.transport else {
            throw StartupError("another transport")
        }
        #expect(key.value == "SG.hunter2" && !"\(right)".contains("hunter2"))
        #expect(right.mail.unknownWait == .seconds(900) && right.mail.timeZone.identifier == "Europe/Berlin")
        #expect(
            try settings(["SENDGRID_API_KEY": "SG.x", "MAIL_UNKNOWN_SECONDS": "5"]).mail.unknownWait == .seconds(5))
    }

    @Test("the key of the mail provider's events is checked for its form")
    func mailWebhookKey() throws {
        #expect(try APISettings(checking: SettingsReader(values: Self.api)).webhooks.mailKey == nil)
        // RFC 6979, A.2.5: the point of its example key.
        let point =
            "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
            + "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
        let prefix = "3059301306072A8648CE3D020106082A8648CE3D03010703420004"
        let bytes = Array((prefix + point).utf8)
        let der = stride(from: 0, to: bytes.count, by: 2).map {
            UInt8(String(decoding: bytes[$0...$0 + 1], as: UTF8.self), radix: 16) ?? 0
        }
        let values = Self.api.merging(["SENDGRID_WEBHOOK_KEY": Data(der).base64EncodedString()]) { $1 }
        #expect(try APISettings(checking: SettingsReader(values: values)).webhooks.mailKey == der)
    }

    @Test("a source that wants a key must get one, and shows it to nobody")
    func ratesKey() throws {
        func settings(_ changes: [String: String]) throws -> WorkerProcessSettings {
            try WorkerProcessSettings(checking: SettingsReader(values: Self.worker.merging(changes) { $1 }))
        }
        let error = #expect(throws: StartupError.self) { try settings(["RATES_PROVIDER": "openexchangerates"]) }
        #expect(error?.message.contains("  RATES_API_KEY: is not set") == true)
        let wrong = #expect(throws: StartupError.self) {
            try settings(["RATES_PROVIDER": "openexchangerates", "RATES_API_KEY": "hunter 2"])
        }
        #expect(wrong?.message.contains("  RATES_API_KEY: ") == true && wrong?.message.contains("hunter") == false)
        let right = try settings(["RATES_PROVIDER": "openexchangerates", "RATES_API_KEY": "hunter2"])
        #expect(right.rates.apiKey?.value == "hunter2")
        #expect(!"\(right)".contains("hunter2"))
        #expect(try settings(["RATES_PROVIDER": "frankfurter-v2", "RATES_API_KEY": "hunter2"]).rates.apiKey == nil)
    }

    @Test("webhooks are taken where their secrets and the mode are set")
    func webhooks() throws {
        func settings(_ changes: [String: String]) throws -> APISettings {
            try APISettings(checking: SettingsReader(values: Self.api.merging(changes) { $1 }))
        }
        #expect(try settings([:]).webhooks.payments == nil)
        #expect(try settings(["PAYMENTS_MODE": "live"]).webhooks.payments == nil)
        let set = try settings(["PAYMENTS_WEBHOOK_SECRETS": "whsec_hunter2,whsec_hunter3", "PAYMENTS_MODE": "test"])
        #expect(set.webhooks.payments?.secrets.map(\.value) == ["whsec_hunter2", "whsec_hunter3"])
        #expect(set.webhooks.payments?.mode == .test)
        #expect(!"\(set)".contains("hunter"))
        #expect(
            complaint(["PAYMENTS_WEBHOOK_SECRETS": "whsec_hunter2"])?.contains("  PAYMENTS_MODE: is not set") == true)
        #expect(
            complaint(["PAYMENTS_WEBHOOK_SECRETS": "whsec_hunter2", "PAYMENTS_MODE": "real"])?.contains(
                "  PAYMENTS_MODE: ") == true)
        for wrong in ["short", "whsec_hunter2,", ",whsec_hunter2", "whsec hunter2", "whsec_hunter2,x"] {
            let text = complaint(["PAYMENTS_WEBHOOK_SECRETS": wrong, "PAYMENTS_MODE": "test"])
            #expect(
                text?.contains("  PAYMENTS_WEBHOOK_SECRETS: ") == true && text?.contains("hunter") == false, "\(wrong)")
        }
        // What anybody can guess must not let anybody confirm orders that cost real money.
        let sandbox = ["PAYMENTS_WEBHOOK_SECRETS": "whsec_sandbox"]
        #expect(complaint(sandbox.merging(["PAYMENTS_MODE": "test"]) { $1 }) == nil)
        #expect(complaint(sandbox.merging(["PAYMENTS_MODE": "live"]) { $1 })?.contains("24 characters") == true)
    }

    @Test(
        "a worker's key is of the mode that it is told",
        arguments: ["sk_test_0123456789", "rk_test_0123456789", "sk_live_0123456789", "rk_live_0123456789"])
    func mode(key: String) throws {
        for mode in ["test", "live", ""] {
            let values = Self.worker.merging(["PAYMENTS_API_KEY": key, "PAYMENTS_MODE": mode]) { $1 }
            if mode.isEmpty || key.contains(mode) {
                _ = try WorkerProcessSettings(checking: SettingsReader(values: values))
            } else {
                let error = #expect(throws: StartupError.self) {
                    try WorkerProcessSettings(checking: SettingsReader(values: values))
                }
                #expect(error?.message.contains("  PAYMENTS_MODE: is \(mode)") == true)
            }
        }
    }

    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    private func file(_ bytes: [UInt8]) throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(bytes).write(to: path)
        return path.path
    }

    @Test("the shop has the name it is given, or the sender's, or none that anybody else has")
    func shopIdentity() throws {
        func shop(_ changes: [String: String]) throws -> WorkerProcessSettings {
            try WorkerProcessSettings(checking: SettingsReader(values: Self.worker.merging(changes) { $1 }))
        }
        #expect(try shop([:]).mail.shop.name == "Shop")
        #expect(try shop(["MAIL_FROM": "Mug & Co <orders@shop.example>"]).mail.shop.name == "Mug & Co")
        #expect(try shop(["MAIL_FROM": "orders@shop.example"]).mail.shop.name == "Shop")
        let logo = try file(Self.png)
        let full = try shop([
            "SHOP_NAME": "Läden", "SHOP_ADDRESS": "Läden GmbH |  Hauptstr. 1 | 10115 Berlin", "SHOP_LOGO_FILE": logo,
            "SHOP_CONTACT": "help@shop.example | +49 30 901820 | https://shop.example/help",
        ]).mail.shop
        #expect(full.name == "Läden" && full.address == ["Läden GmbH", "Hauptstr. 1", "10115 Berlin"])
        #expect(
            full.contacts == [.email("help@shop.example"), .phone("+49 30 901820"), .web("https://shop.example/help")])
        #expect(full.logo?.type == "image/png")
    }

    @Test(
        "a shop's name, address, contact or picture that cannot stand in a mail is refused",
        arguments: [
            ("SHOP_NAME", "a\u{2028}b"), ("SHOP_NAME", String(repeating: "a", count: 81)), ("SHOP_NAME", "   "),
            ("SHOP_ADDRESS", "|"),
            ("SHOP_ADDRESS", Array(repeating: "a", count: 9).joined(separator: "|")), ("SHOP_CONTACT", "call us"),
            ("SHOP_CONTACT", "a@b.example|x"), ("SHOP_LOGO_FILE", "/nowhere/logo.png"),
            ("SHOP_LOGO_FILE", "/etc/passwd"),
            ("SHOP_LOGO_FILE", "/dev/zero"),
            ("SHOP_LOGO_FILE", "/tmp"),
        ])
    func badIdentity(name: String, value: String) throws {
        let reader = SettingsReader(values: Self.worker.merging([name: value]) { $1 })
        let error = #expect(throws: StartupError.self) { try WorkerProcessSettings(checking: reader) }
        #expect(error?.message.contains(name) == true)
    }

    @Test("a picture that is too large is refused")
    func largeLogo() throws {
        let path = try file(Self.png + Array(repeating: 0, count: 100 << 10))
        let reader = SettingsReader(values: Self.worker.merging(["SHOP_LOGO_FILE": path]) { $1 })
        #expect(throws: StartupError.self) { try WorkerProcessSettings(checking: reader) }
    }
}
