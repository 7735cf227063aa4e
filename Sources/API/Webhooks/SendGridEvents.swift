import Arithmetic
import Crypto
import Domain
import FoundationEssentials
import JSON

/// What tells the email provider's events from others': ECDSA with P-256 and SHA-256 over a timestamp and the body as
/// it came
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

/// The email provider's events as they come: a JSON array
/// (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event).
enum SendGridNotice {
    /// How much of the provider's words is kept.
    static let longestReason = 500

    /// The events about emails of this shop, `nil` when the document is no list of events. Passed over is what is about
    /// other emails, which share the provider's account, and what cannot be read: told again it would read the same.
    static func events(_ document: JSONValue) -> [EmailEvent]? {
        guard case .array(let elements) = document else { return nil }
        return elements.compactMap(event)
    }

    private static func event(_ element: JSONValue) -> EmailEvent? {
        guard case .object(let fields) = element, case .integer(let time)? = fields["timestamp"],
            (0...4_102_444_800).contains(time),
            let name = text(fields["event"], 50), let messageID = text(fields["sg_message_id"], 255),
            let id = text(fields["delivery_id"], 36).flatMap({ EmailDelivery.ID($0) })
        else { return nil }
        return EmailEvent(
            deliveryID: id, messageID: messageID, name: name, reason: reason(fields["reason"]),
            at: Date(timeIntervalSince1970: TimeInterval(time)))
    }

    /// A name of at most so many bytes, of visible ASCII.
    private static func text(_ value: JSONValue?, _ limit: Int) -> String? {
        guard case .string(let text)? = value, (1...limit).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        return text
    }

    /// An email server's words on one line, without the address that they like to repeat: it stands with the delivery
    /// and is masked and erased there.
    private static func reason(_ value: JSONValue?) -> String? {
        guard case .string(let text)? = value else { return nil }
        let scalars = text.unicodeScalars.prefix(longestReason).map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }
        let words = String(String.UnicodeScalarView(scalars)).split(separator: " ").map { $0.contains("@") ? "…" : $0 }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }
}
