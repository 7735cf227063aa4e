import Crypto
import FoundationEssentials
import Testing

@testable import Sandbox

@Suite("A bad setting stops the start with its name and what was expected")
struct SettingsTests {
    @Test("settings have defaults")
    func defaults() throws {
        let settings = try SandboxSettings(environment: ["SANDBOX_PORT": "", "OTHER": "x"])
        #expect(settings == SandboxSettings())
        #expect(
            settings.host == "127.0.0.1" && settings.port == 9090 && settings.smtpPort == 9025
                && settings.dataDirectory == nil)
    }

    @Test("every setting is read")
    func everyOneIsRead() throws {
        let settings = try SandboxSettings(environment: [
            "SANDBOX_MAIL_WEBHOOK_URL": "http://m", "SANDBOX_SMTP_USER": "u", "SANDBOX_SMTP_PASSWORD": "p",
            "SANDBOX_LATER_MS": "7",
            "SANDBOX_RATE_LIMIT": "25/100", "SANDBOX_WEBHOOK_URL": "https://x/y", "SANDBOX_WEBHOOK_SECRET": "a,b",
            "SANDBOX_HOST": "::1", "SANDBOX_PORT": "1", "SANDBOX_SMTP_PORT": "2", "SANDBOX_DATA": "/d",
            "SANDBOX_LATENCY_MS": "300",
            "SANDBOX_API_VERSION": "2024-06-20", "SANDBOX_SMTP_TLS": "required", "SANDBOX_SMTP_UTF8": "off",
        ])
        #expect(settings.apiVersion.text == "2024-06-20")
        #expect(settings.smtpOffers == SMTPOffers(encryption: .required, internationalAddresses: false))
        #expect(
            settings.host == "::1" && settings.port == 1 && settings.smtpPort == 2 && settings.dataDirectory == "/d"
                && settings.latencyMilliseconds == 300)
        #expect(
            settings.mailWebhookURL == "http://m"
                && settings.smtpCredentials == SMTPCredentials(user: "u", password: "p"))
        #expect(settings.laterMilliseconds == 7)
        let key = P256.Signing.PrivateKey()
        let given = try SandboxSettings(environment: [
            "SANDBOX_MAIL_SIGNING_KEY": key.derRepresentation.base64EncodedString()
        ])
        #expect(given.mailSigningKey == key.rawRepresentation)
        #expect(settings.rateLimit == RateLimit(perEndpoint: 25, total: 100))
        #expect(settings.webhook == WebhookTarget(url: "https://x/y", secrets: ["a", "b"]))
        let withoutSecret = try SandboxSettings(environment: ["SANDBOX_WEBHOOK_URL": "http://x/y"])
        #expect(withoutSecret.webhook?.secrets == [WebhookTarget.defaultSecret])
        #expect(SandboxURLs(host: settings.host, httpPort: 1, smtpPort: 2).http == "http://[::1]:1")
    }

    @Test("a wrong signing key is not repeated")
    func aWrongSigningKeyIsNotRepeated() throws {
        let error = try #require(throws: SettingsError.self) {
            try SandboxSettings(environment: ["SANDBOX_MAIL_SIGNING_KEY": "secret"])
        }
        #expect(error.description.contains("SANDBOX_MAIL_SIGNING_KEY") && !error.description.contains("secret"))
    }

    @Test(
        "a bad setting is refused by name",
        arguments: [
            ["SANDBOX_PORT": "http"], ["SANDBOX_PORT": "65536"], ["SANDBOX_SMTP_PORT": "-1"],
            ["SANDBOX_LATENCY_MS": "1.5"],
            ["SANDBOX_SMTP_PORT": "9090"], ["SANDBOX_RATE_LIMIT": "0"], ["SANDBOX_WEBHOOK_URL": "ftp://x"],
            ["SANDBOX_MAIL_WEBHOOK_URL": "x"], ["SANDBOX_SMTP_USER": "alone"], ["SANDBOX_LATER_MS": "-1"],
            ["SANDBOX_API_VERSION": "latest"], ["SANDBOX_SMTP_TLS": "on"], ["SANDBOX_SMTP_UTF8": "yes"],
        ])
    func refused(_ environment: [String: String]) throws {
        let error = try #require(throws: SettingsError.self) { try SandboxSettings(environment: environment) }
        let (name, value) = try #require(environment.first)
        #expect(error.description.contains("\(name)='\(value)'") && error.description.contains("expected"))
    }
}
