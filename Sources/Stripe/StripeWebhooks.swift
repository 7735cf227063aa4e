internal import Arithmetic
internal import Crypto
internal import Domain
internal import FoundationEssentials
import JSON

/// Stripe's webhooks (https://docs.stripe.com/webhooks): signed with a secret of the endpoint, in version 1 of the API.
struct StripeWebhookReader: PaymentWebhookReader {
    /// Each may have signed: two while one takes the place of the other.
    private let secrets: [SymmetricKey]

    init(secrets: [String]) {
        self.secrets = secrets.map { SymmetricKey(data: Array($0.utf8)) }
    }

    var apiVersion: String? { StripePayments.apiVersion }

    func verify(_ body: [UInt8], header: (String) -> [String], at now: Int64) throws(SignatureFault) {
        let values = header("Stripe-Signature")
        guard let value = values.first, values.count == 1 else { throw .missing }
        try StripeSignature(value).verify(body, secrets: secrets, now: now)
    }

    func content(of body: [UInt8]) -> PaymentWebhookContent {
        guard let event = try? JSONCoder.decode(StripeNotification.self, from: body) else {
            return .unreadable
        }
        // An event of the API's version 2 only names what changed, and the shop asks for none
        // (https://docs.stripe.com/event-destinations#thin-events).
        if event.object == "v2.core.event" { return .nothing }
        return event.notification(payload: body).map(PaymentWebhookContent.notification) ?? .unreadable
    }

    func kind(ofType type: String) -> PaymentEventKind? { StripeEvents.kind(ofType: type) }

    func event(ofType type: String, in payload: String) -> PaymentEvent? {
        kind(ofType: type).flatMap { StripeEvents.read($0, payload) }
    }
}

/// The outside of an event (https://docs.stripe.com/api/events/object). Whatever is not of its type counts as absent.
private struct StripeNotification: Decodable {
    private struct Content: Decodable {
        struct Object: Decodable {
            let id: Lenient<String>?
        }
        let object: Object
    }

    let object: String?
    private let id: String?
    private let type: String?
    private let isLive: Bool?
    /// Seconds since 1970.
    private let created: Int64?
    private let apiVersion: String?
    private let content: Content?

    private enum CodingKeys: String, CodingKey {
        case object, id, type, created, data
        case isLive = "livemode"
        case apiVersion = "api_version"
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        object = try? fields.decode(String.self, forKey: .object)
        id = try? fields.decode(String.self, forKey: .id)
        type = try? fields.decode(String.self, forKey: .type)
        isLive = try? fields.decode(Bool.self, forKey: .isLive)
        created = try? fields.decode(Int64.self, forKey: .created)
        apiVersion = try? fields.decode(String.self, forKey: .apiVersion)
        content = try? fields.decode(Content.self, forKey: .data)
    }

    func notification(payload: [UInt8]) -> PaymentNotification? {
        guard let id, (1...255).contains(id.utf8.count), let type, let isLive, let created,
            (0..<253_402_300_800).contains(created), let content
        else { return nil }
        let version = apiVersion.flatMap { version in
            (1...64).contains(version.utf8.count) && version.utf8.allSatisfy { (0x21...0x7E).contains($0) }
                ? version : nil
        }
        return PaymentNotification(
            id: id, type: type, isLive: isLive, objectID: content.object.id?.value, apiVersion: version,
            occurredAt: Date(timeIntervalSince1970: TimeInterval(created)),
            payload: String(decoding: payload, as: UTF8.self))
    }
}

/// A value that spoils nothing when it is of another type.
private struct Lenient<Value: Decodable>: Decodable {
    let value: Value?

    init(from decoder: any Decoder) throws {
        value = try? Value(from: decoder)
    }
}

/// The header `Stripe-Signature`: `t=<seconds>,v1=<hex>[,v1=<hex>…]`, where each `v1` is the HMAC-SHA256 of
/// `<t>.<body>` under one secret; the sender signs with several while one takes the place of another. Pure.
///
/// Source: https://docs.stripe.com/webhooks#verify-manually.
struct StripeSignature {
    /// How far its time may be from ours, in seconds.
    static let tolerance: Int64 = 300
    /// The most signatures that are looked at.
    static let maximumSignatures = 16

    /// Seconds since 1970, as they stand in the header: the text is part of what is signed.
    private let timestamp: Substring
    private let seconds: Int64
    private let signatures: [[UInt8]]

    /// Takes a header apart. Elements of other schemes, which older or later signatures use, are skipped.
    init(_ header: String) throws(SignatureFault) {
        var timestamps: [Substring] = []
        var signatures: [[UInt8]] = []
        for element in header.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = element.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw .malformed }
            switch parts[0] {
            case "t": timestamps.append(parts[1])
            case "v1":
                guard let signature = Self.bytes(parts[1]) else { throw .malformed }
                signatures.append(signature)
            default: break
            }
        }
        guard timestamps.count == 1, let timestamp = timestamps.first, (1...12).contains(timestamp.utf8.count),
            timestamp.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let seconds = Int64(timestamp),
            !signatures.isEmpty,
            signatures.count <= Self.maximumSignatures
        else { throw .malformed }
        self.timestamp = timestamp
        self.seconds = seconds
        self.signatures = signatures
    }

    /// Checks it against a body, byte for byte as it arrived, in a time that does not depend on where a signature is
    /// wrong.
    ///
    /// - Parameters:
    ///   - secrets: each may have signed.
    ///   - now: seconds since 1970.
    func verify(_ body: [UInt8], secrets: [SymmetricKey], now: Int64) throws(SignatureFault) {
        guard (now.saturatingSubtract(Self.tolerance)...now.saturatingAdd(Self.tolerance)).contains(seconds) else {
            throw .stale
        }
        let prefix = Array("\(timestamp).".utf8)
        var isRight = false
        for secret in secrets {
            var code = HMAC<SHA256>(key: secret)
            code.update(data: prefix)
            code.update(data: body)
            let expected = code.finalize()
            // Comparing codes takes the same time for all. Every pair is looked at.
            for signature in signatures where expected == signature { isRight = true }
        }
        guard isRight else { throw .wrong }
    }

    /// 32 bytes from 64 hexadecimal digits.
    private static func bytes(_ hex: Substring) -> [UInt8]? {
        let digits = hex.utf8.map { Int8(hexadecimal: $0) }
        guard digits.count == 64, !digits.contains(-1) else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0]) << 4 | UInt8(digits[$0 + 1]) }
    }
}

extension Int8 {
    /// The value of a digit, -1 when it is none.
    fileprivate init(hexadecimal digit: UInt8) {
        self =
            switch digit {
            case 0x30...0x39: Int8(digit - 0x30)
            case 0x61...0x66: Int8(digit - 0x61 + 10)
            case 0x41...0x46: Int8(digit - 0x41 + 10)
            default: -1
            }
    }
}
