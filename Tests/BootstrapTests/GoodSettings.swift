import Bootstrap
import Foundation

/// Settings with which the programs start, for tests that change some.
enum GoodSettings {
    static let key =
        "2026:" + Data((0..<48).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) }).base64EncodedString()
    static let api = [
        "DATABASE_URL": "postgres://shop:hunter2@127.0.0.1:5432/shop", "REDIS_URL": "redis://127.0.0.1:6379",
        "AUTH_SIGNING_KEYS": key,
    ]
    static let worker = api.merging([
        "PAYMENTS_API_KEY": "sk_test_0123456789abcdef", "EMAIL_FROM": "Shop <orders@shop.example>",
        "SMTP_URL": "smtp://127.0.0.1:25",
    ]) { $1 }

    /// What is said about an API with these settings on top of good ones; an empty value takes one away.
    static func complaint(_ changes: [String: String]) -> String? {
        do {
            _ = try APISettings(checking: SettingsReader(values: api.merging(changes) { $1 }))
            return nil
        } catch {
            return error.message
        }
    }
}
