import Arithmetic
import Crypto
import FoundationEssentials

/// What tells the mail provider's events from others': ECDSA with P-256 and SHA-256 over a timestamp and the body as it
/// came
/// (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features).
struct SendGridSignature: Sendable {
    /// The provider tells for a day what was not heard, and does not say whether it signs anew each time. What is
    /// played again meanwhile changes nothing: each event is kept once.
    static let longestAge: Int64 = 86_400
    /// How far the provider's clock may be ahead.
    static let aheadOfUs: Int64 = 300

    let signature: [String]
    let timestamp: [String]

    /// Checks the body before anything in it is looked at.
    ///
    /// - Parameters:
    ///   - key: the provider's public key for this shop.
    ///   - now: seconds since 1970.
    func verify(_ body: [UInt8], key: P256.Signing.PublicKey, now: Int64) throws(SignatureFault) {
        guard signature.count == 1, timestamp.count == 1, let text = signature.first, let time = timestamp.first else {
            throw .missing
        }
        guard let bytes = Data(base64Encoded: text),
            let signature = try? P256.Signing.ECDSASignature(derRepresentation: bytes),
            (1...12).contains(time.utf8.count), let signedAt = Int64(time), signedAt >= 0
        else { throw .malformed }
        guard key.isValidSignature(signature, for: Data(time.utf8) + Data(body)) else { throw .wrong }
        guard signedAt >= now.saturatingSubtract(Self.longestAge), signedAt <= now.saturatingAdd(Self.aheadOfUs) else {
            throw .stale
        }
    }
}
