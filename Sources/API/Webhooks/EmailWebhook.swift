import Bootstrap
import Crypto
import FoundationEssentials

/// How the mail provider's events are told from others'.
struct EmailWebhook: Sendable {
    /// The provider's public key for this shop.
    let key: P256.Signing.PublicKey

    /// - Throws: ``StartupError`` when the bytes are no key.
    init(der bytes: [UInt8]) throws(StartupError) {
        do {
            key = try P256.Signing.PublicKey(derRepresentation: Data(bytes))
        } catch {
            throw StartupError(
                "SENDGRID_WEBHOOK_KEY: this is no public key of the curve P-256. Copy it anew from the provider's settings."
            )
        }
    }
}
