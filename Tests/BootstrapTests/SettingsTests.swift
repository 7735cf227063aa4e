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

@Suite("Settings of workers and emails are checked before anything starts")
struct SettingsTests {
    private static let api = GoodSettings.api
    private static let worker = GoodSettings.worker

    @Test("a setting is read under the name of before, which is reported; the name of now goes first")
    func earlierNames() throws {
        let reader = SettingsReader(
            values: Self.worker.merging([
                "QUEUE_BOUNDS": "email=500", "PAYMENTS_CAPTURE_DEADLINE": "capture", "MAIL_UNKNOWN_SECONDS": "5",
                "CARTWRIGHT_QUEUE_PREFIX": "old", "REDIS_KEY_PREFIX": "new",
            ]) { $1 })
        let settings = try WorkerProcessSettings(checking: reader)
        #expect(settings.redis.queueBounds == ["email": 500] && settings.redis.queuePrefix == "new")
        #expect(settings.payments.onAuthorizationExpiry == .capture && settings.email.unknownWait == .seconds(5))
        #expect(reader.renamed.count == 4)
        #expect(reader.renamed.contains { $0.hasPrefix("QUEUE_BOUNDS is called QUEUE_MAX_LENGTH now") })
    }

    @Test("a worker's settings have defaults and can be changed")
    func workerSettings() throws {
        let plain = try WorkerProcessSettings(checking: SettingsReader(values: Self.worker))
        #expect(plain.worker.queues == ShopQueue.defaultSlots)
        #expect(plain.worker.grace == .seconds(25))
        #expect(plain.payments.baseURL == "https://api.stripe.com")
        #expect(plain.email.activityURL == nil)
        #expect(plain.payments.limits == CallLimits(perEndpoint: 25, total: 100, burst: 5))

        let changed = try WorkerProcessSettings(
            checking: SettingsReader(
                values: Self.worker.merging([
                    "WORKER_QUEUES": "checkout=2,email=1", "SHUTDOWN_GRACE_SECONDS": "3",
                    "QUEUE_MAX_LENGTH": "email=500",
                    "PAYMENTS_API_BASE": "http://127.0.0.1:9090/",
                    "PAYMENTS_CAPTURE": "manual", "PAYMENTS_CAPTURE_DAYS": "5",
                    "PAYMENTS_ON_AUTHORIZATION_EXPIRY": "capture",
                    "RATES_PROVIDER": "frankfurter", "PAYMENTS_RATE": "50", "PAYMENTS_RATE_TOTAL": "120",
                    "PAYMENTS_BURST": "7",
                    "EMAIL_ACTIVITY_URL": "http://127.0.0.1:9090/mail/activity",
                ]) { $1 }))
        #expect(changed.worker.queues == ["checkout": 2, "email": 1])
        #expect(changed.worker.grace == .seconds(3))
        #expect(changed.redis.queueBounds == ["email": 500])
        #expect(changed.payments.baseURL == "http://127.0.0.1:9090")
        #expect(changed.payments.capture == .manual)
        #expect(changed.payments.captureDays == 5)
        #expect(changed.payments.onAuthorizationExpiry == .capture)
        #expect(changed.payments.limits == CallLimits(perEndpoint: 50, total: 120, burst: 7))
        #expect(changed.rates.kind.name == "frankfurter")
        #expect(changed.email.activityURL == "http://127.0.0.1:9090/mail/activity")
    }

    @Test(
        "a worker's wrong settings are refused",
        arguments: [
            ("WORKER_QUEUES", "checkout"), ("WORKER_QUEUES", "checkout=0"), ("WORKER_QUEUES", "checkout=1,checkout=2"),
            ("WORKER_QUEUES", "a b=1"), ("QUEUE_MAX_LENGTH", "email"), ("QUEUE_MAX_LENGTH", "email=0"),
            ("WORKER_QUEUES", "checkout=1,"), ("SHUTDOWN_GRACE_SECONDS", "-1"), ("PAYMENTS_API_KEY", "pk_live_123"),
            ("PAYMENTS_API_KEY", ""),
            ("PAYMENTS_API_BASE", "ftp://x"), ("PAYMENTS_API_BASE", "https://user:pw@x"), ("EMAIL_FROM", "nobody"),
            ("SMTP_URL", "http://x"),
            ("EMAIL_ACTIVITY_URL", "x"), ("SMTP_STARTTLS", "maybe"), ("EMAIL_TRANSPORT", "pigeon"),
            ("SHOP_TIME_ZONE", "Mars/Olympus"),
            ("RATES_PROVIDER", "oracle"), ("PAYMENTS_CAPTURE", "later"),
            ("PAYMENTS_CAPTURE_DAYS", "1"), ("PAYMENTS_ON_AUTHORIZATION_EXPIRY", "never"),
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
        guard case .smtp(_, let policy) = settings.email.transport else { return "none" }
        return "\(policy)"
    }

    @Test(
        "email is encrypted on its way, but for a server on this machine that offers no encryption",
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

    @Test("email through the provider's API needs a key and no email server")
    func emailAPI() throws {
        func settings(_ changes: [String: String]) throws -> WorkerProcessSettings {
            let given = ["EMAIL_TRANSPORT": "sendgrid", "SMTP_URL": "", "SHOP_TIME_ZONE": "Europe/Berlin"].merging(
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
        guard case .sendGrid(let key, "https://api.sendgrid.com") = right.email.transport else {
            throw StartupError("another transport")
        }
        #expect(key.value == "SG.hunter2" && !"\(right)".contains("hunter2"))
        #expect(right.email.unknownWait == .seconds(900) && right.email.timeZone.identifier == "Europe/Berlin")
        #expect(
            try settings(["SENDGRID_API_KEY": "SG.x", "EMAIL_OUTCOME_TIMEOUT_SECONDS": "5"]).email.unknownWait
                == .seconds(5))
    }

    @Test("the key of the email provider's events is checked for its form")
    func emailWebhookKey() throws {
        #expect(try APISettings(checking: SettingsReader(values: Self.api)).webhooks.emailKey == nil)
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
        #expect(try APISettings(checking: SettingsReader(values: values)).webhooks.emailKey == der)
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
        #expect(try shop([:]).email.shop.name == "Shop")
        #expect(try shop(["EMAIL_FROM": "Mug & Co <orders@shop.example>"]).email.shop.name == "Mug & Co")
        #expect(try shop(["EMAIL_FROM": "orders@shop.example"]).email.shop.name == "Shop")
        let logo = try file(Self.png)
        let full = try shop([
            "SHOP_NAME": "Läden", "SHOP_ADDRESS": "Läden GmbH |  Hauptstr. 1 | 10115 Berlin", "SHOP_LOGO_FILE": logo,
            "SHOP_CONTACT": "help@shop.example | +49 30 901820 | https://shop.example/help",
        ]).email.shop
        #expect(full.name == "Läden" && full.address == ["Läden GmbH", "Hauptstr. 1", "10115 Berlin"])
        #expect(
            full.contacts == [.email("help@shop.example"), .phone("+49 30 901820"), .web("https://shop.example/help")])
        #expect(full.logo?.type == "image/png")
    }

    @Test(
        "a shop's name, address, contact or picture that cannot stand in an email is refused",
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
