import Crypto
import FoundationEssentials
import JSON

/// How a webhook is sent: as the provider would, or forged in one of the ways a receiver must notice.
enum WebhookVariant: String, Sendable {
    case genuine
    /// Signed with a secret that is not the shop's.
    case badSignature = "bad_signature"
    /// Signed an hour ago, as a recorded one would be that an attacker replays.
    case oldTimestamp = "old_timestamp"
    /// Of real money, `livemode` true.
    case otherMode = "other_mode"

    /// What goes out when an event is first sent. A forgery comes besides the genuine one, never instead of it: a
    /// receiver that refuses it loses nothing, one that takes it does something twice.
    static func firstRound(under fault: FaultRule?) -> [WebhookVariant] {
        switch fault?.kind {
        case .webhookDuplicate: Array(repeating: .genuine, count: fault?.copies ?? 2)
        case .webhookBadSignature: [.badSignature, .genuine]
        case .webhookOldTimestamp: [.oldTimestamp, .genuine]
        case .webhookOtherMode: [.otherMode, .genuine]
        default: [.genuine]
        }
    }

    /// The body and its signature for one event.
    func message(of event: Event, secrets: [String], at now: Int64) -> (body: String, signature: String) {
        let body = (self == .otherMode ? event.liveTwin : event.wire).text
        let signed = self == .badSignature ? ["whsec_of_another_shop"] : secrets
        return (body, WebhookSignature.header(of: body, secrets: signed, at: self == .oldTimestamp ? now - 3_600 : now))
    }
}

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
