import Crypto
import Domain
import Foundation
import Testing

@testable import Stripe

@Suite("A webhook is believed by its signature, and by nothing else")
struct StripeSignatureTests {
    private static let body = Array(#"{"id":"evt_1","type":"payment_intent.succeeded"}"#.utf8)
    private static let now: Int64 = 1_764_000_000
    // Made with Python's hmac: hmac.new(secret, b"1764000000." + body, "sha256").hexdigest().
    private static let ours = "ce161c2325726ed047a90954af56ffa1539de04afa5e3142ea804c504003bf23"
    private static let theirs = "81e025ab387174889e69c7c6644febc0e7a9670f42b210be3ece0b18074635bc"

    private func verify(
        _ header: String, body: [UInt8] = body, secrets: [String] = ["whsec_test_secret"], now: Int64 = now
    ) -> SignatureFault? {
        do {
            try StripeSignature(header).verify(
                body, secrets: secrets.map { SymmetricKey(data: Array($0.utf8)) }, now: now)
            return nil
        } catch {
            return error
        }
    }

    @Test("what the provider signs is believed")
    func genuine() {
        #expect(verify("t=1764000000,v1=\(Self.ours)") == nil)
        #expect(verify("v1=\(Self.ours.uppercased()),t=1764000000") == nil)
        #expect(verify("t=1764000000,v0=abc,v1=\(Self.ours),v9=zz") == nil)
        #expect(
            verify("t=1764000000,v1=2f4c0272c06e4679aa7d5dd0aad20a4cdb047651249f5c6c7ad0990e04482b52", body: []) == nil)
    }

    @Test("one of several secrets is enough, and so is one of several signatures")
    func several() {
        let both = "t=1764000000,v1=\(Self.theirs),v1=\(Self.ours)"
        #expect(verify(both) == nil)
        #expect(verify("t=1764000000,v1=\(Self.theirs)", secrets: ["whsec_test_secret", "whsec_other"]) == nil)
        #expect(verify(both, secrets: ["whsec_third"]) == .wrong)
        #expect(verify(both, secrets: []) == .wrong)
    }

    @Test("another secret, another body, another time: not believed")
    func forged() {
        #expect(verify("t=1764000000,v1=\(Self.theirs)") == .wrong)
        #expect(verify("t=1764000000,v1=\(Self.ours)", body: Self.body + [0x20]) == .wrong)
        #expect(verify("t=1764000000,v1=\(Self.ours)", body: []) == .wrong)
        #expect(verify("t=1764000001,v1=\(Self.ours)") == .wrong)
        // The same number, written otherwise than it was signed.
        #expect(verify("t=01764000000,v1=\(Self.ours)") == .wrong)
        for index in 0..<64 {
            var digits = Array(Self.ours)
            digits[index] = digits[index] == "0" ? "1" : "0"
            #expect(verify("t=1764000000,v1=\(String(digits))") == .wrong)
        }
    }

    @Test("it is believed for five minutes, to either side", arguments: [-301, -300, 0, 300, 301] as [Int64])
    func tolerance(seconds: Int64) {
        #expect(verify("t=1764000000,v1=\(Self.ours)", now: Self.now + seconds) == (abs(seconds) > 300 ? .stale : nil))
    }

    @Test(
        "what is not of the right form is refused",
        arguments: [
            "", "t=1764000000", "v1=\(ours)", "t=,v1=\(ours)", "t=1764000000,v1=", "t=1764000000,v1=\(ours.dropLast())",
            "t=1764000000,v1=\(ours)0", "t=1764000000,v1=\(ours.dropLast())g", "t=+764000000,v1=\(ours)",
            "t= 1764000000,v1=\(ours)",
            "t=1764000000,t=1764000000,v1=\(ours)", "t=99999999999999999999,v1=\(ours)", "t=1764000000;v1=\(ours)",
            "t=1764000000,v1=\(ours),", "t=1764000000" + String(repeating: ",v1=\(theirs)", count: 17),
        ])
    func malformed(header: String) {
        #expect(verify(header) == .malformed)
    }
}
