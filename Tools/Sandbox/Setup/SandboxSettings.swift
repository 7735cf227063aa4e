import Crypto
import FoundationEssentials

/// How the sandbox runs, from the environment.
struct SandboxSettings: Sendable, Equatable {
    /// Address to listen on.
    var host = "127.0.0.1"
    /// HTTP port; 0 lets the system choose.
    var port = 9090
    /// SMTP port; 0 lets the system choose.
    var smtpPort = 9025
    /// Directory of the journal; nil keeps everything in memory only.
    var dataDirectory: String?
    /// Added to every payment call, in milliseconds.
    var latencyMilliseconds = 0
    /// How long after its cause something happens by itself, in milliseconds: refunds that arrive or bounce, disputes,
    /// debits.
    var laterMilliseconds = 5_000
    /// How many payment calls per second are let through; nil is without limit.
    var rateLimit: RateLimit?
    /// The account's version of the payments API, which events are written in and calls are answered in that ask for
    /// none.
    var apiVersion = StripeVersion.current
    /// Where events are sent; nil sends none until `POST /_sandbox/webhooks` says where.
    var webhook: WebhookTarget?
    /// Where events of emails sent through the provider's API go; nil sends none until `POST /_sandbox/mail/webhook`
    /// says where.
    var mailWebhookURL: String?
    /// The P-256 key that signs those events, as raw bytes; nil makes one and keeps it in the journal.
    var mailSigningKey: Data?
    /// The user that may send email by SMTP; nil lets every client.
    var smtpCredentials: SMTPCredentials?
    /// What the mail server offers.
    var smtpOffers = SMTPOffers()

    init() {}

    /// Reads `SANDBOX_HOST`, `SANDBOX_PORT`, `SANDBOX_SMTP_PORT`, `SANDBOX_DATA`, `SANDBOX_LATENCY_MS`,
    /// `SANDBOX_RATE_LIMIT`, `SANDBOX_LATER_MS`, `SANDBOX_API_VERSION`, `SANDBOX_WEBHOOK_URL`, `SANDBOX_WEBHOOK_SECRET`
    /// (several with commas between them), `SANDBOX_MAIL_WEBHOOK_URL`, `SANDBOX_MAIL_SIGNING_KEY`, `SANDBOX_SMTP_USER`,
    /// `SANDBOX_SMTP_PASSWORD`, `SANDBOX_SMTP_TLS` and `SANDBOX_SMTP_UTF8`; an absent or empty one keeps its default.
    /// - Throws: `SettingsError` for the first that cannot be used.
    init(environment: [String: String]) throws(SettingsError) {
        let given = environment.filter { !$0.value.isEmpty }
        host = given["SANDBOX_HOST"] ?? host
        port =
            try Self.number("SANDBOX_PORT", in: 0...65_535, "a port from 0 (chosen by the system) to 65535", given)
            ?? port
        smtpPort =
            try Self.number("SANDBOX_SMTP_PORT", in: 0...65_535, "a port from 0 (chosen by the system) to 65535", given)
            ?? smtpPort
        dataDirectory = given["SANDBOX_DATA"]
        latencyMilliseconds =
            try Self.number("SANDBOX_LATENCY_MS", in: 0...60_000, "whole milliseconds from 0 to 60000", given)
            ?? latencyMilliseconds
        laterMilliseconds =
            try Self.number("SANDBOX_LATER_MS", in: 0...86_400_000, "whole milliseconds from 0 to 86400000", given)
            ?? laterMilliseconds
        if let text = given["SANDBOX_RATE_LIMIT"] {
            guard let limit = RateLimit(text) else {
                throw SettingsError(
                    "SANDBOX_RATE_LIMIT", text,
                    expected: "calls per second of an endpoint, such as 25, or 25/100 with those of all")
            }
            rateLimit = limit
        }
        if let text = given["SANDBOX_API_VERSION"] {
            guard let version = StripeVersion(text) else {
                throw SettingsError(
                    "SANDBOX_API_VERSION", text, expected: "a version such as \(StripeVersion.current.text)")
            }
            apiVersion = version
        }
        if let url = given["SANDBOX_WEBHOOK_URL"] {
            guard WebhookTarget.isAddress(url) else {
                throw SettingsError("SANDBOX_WEBHOOK_URL", url, expected: "http://… or https://…")
            }
            let secrets = given["SANDBOX_WEBHOOK_SECRET"]?.split(separator: ",").map(String.init)
            webhook = WebhookTarget(url: url, secrets: secrets ?? [WebhookTarget.defaultSecret])
        }
        if let url = given["SANDBOX_MAIL_WEBHOOK_URL"] {
            guard WebhookTarget.isAddress(url) else {
                throw SettingsError("SANDBOX_MAIL_WEBHOOK_URL", url, expected: "http://… or https://…")
            }
            mailWebhookURL = url
        }
        if let text = given["SANDBOX_MAIL_SIGNING_KEY"] {
            // Not repeated in the error: it is a secret, if only of a sandbox.
            guard let der = Data(base64Encoded: text), let key = try? P256.Signing.PrivateKey(derRepresentation: der)
            else {
                throw SettingsError(
                    "SANDBOX_MAIL_SIGNING_KEY", "***", expected: "a private key of the curve P-256, DER in base64")
            }
            mailSigningKey = key.rawRepresentation
        }
        if let user = given["SANDBOX_SMTP_USER"] {
            guard let password = given["SANDBOX_SMTP_PASSWORD"] else {
                throw SettingsError("SANDBOX_SMTP_USER", user, expected: "SANDBOX_SMTP_PASSWORD with it")
            }
            smtpCredentials = SMTPCredentials(user: user, password: password)
        }
        if let text = given["SANDBOX_SMTP_TLS"] {
            guard let encryption = SMTPOffers.Encryption(rawValue: text) else {
                throw SettingsError("SANDBOX_SMTP_TLS", text, expected: "none, offered or required")
            }
            smtpOffers.encryption = encryption
        }
        if let text = given["SANDBOX_SMTP_UTF8"] {
            guard ["on", "off"].contains(text) else {
                throw SettingsError("SANDBOX_SMTP_UTF8", text, expected: "on or off")
            }
            smtpOffers.internationalAddresses = text == "on"
        }
        guard port != smtpPort || port == 0 else {
            throw SettingsError("SANDBOX_SMTP_PORT", String(smtpPort), expected: "a port other than SANDBOX_PORT")
        }
    }

    private static func number(
        _ name: String, in range: ClosedRange<Int>, _ expected: String, _ environment: [String: String]
    ) throws(SettingsError) -> Int? {
        guard let text = environment[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw SettingsError(name, text, expected: expected)
        }
        return number
    }
}

/// Where a running sandbox listens.
struct SandboxURLs: Sendable, Equatable {
    let host: String
    let httpPort: Int
    let smtpPort: Int

    var http: String { "http://\(authority):\(httpPort)" }
    var smtp: String { "smtp://\(authority):\(smtpPort)" }

    /// The host as it stands in a URL: IPv6 in brackets, and "every address" as the one this machine surely has.
    private var authority: String {
        switch host {
        case "0.0.0.0", "::": "127.0.0.1"
        case _ where host.contains(":"): "[\(host)]"
        default: host
        }
    }
}

/// A setting that cannot be used: which one, and what was expected.
struct SettingsError: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ name: String, _ value: String, expected: String) {
        description = "\(name)='\(value)' cannot be used: expected \(expected)."
    }
}
