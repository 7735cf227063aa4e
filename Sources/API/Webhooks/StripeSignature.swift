import Arithmetic
import Crypto
import Foundation

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
