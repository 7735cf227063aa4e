import Crypto
import FoundationEssentials

/// The value of `Stripe-Signature`: `t=<seconds>,v1=<hex>` with one `v1` for each secret in force
/// (https://docs.stripe.com/webhooks#verify-manually).
enum WebhookSignature {
    /// Signs a body.
    /// - Parameters:
    ///   - secrets: each as it is, `whsec_…`; several while one is being replaced.
    ///   - seconds: since 1970, part of what is signed.
    static func header(of body: String, secrets: [String], at seconds: Int64) -> String {
        let signed = Data("\(seconds).\(body)".utf8)
        let signatures = secrets.map { secret in
            "v1=" + hex(HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: Data(secret.utf8))))
        }
        return (["t=\(seconds)"] + signatures).joined(separator: ",")
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
