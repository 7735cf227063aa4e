import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

@testable import API

@Suite(
    "No bytes at all are a fault of the server", .database(migrations: try Shop.migrations()), .timeLimit(.minutes(3)))
struct MutationTests {
    private static let requests: [String] = [
        "GET /api/v1/products?search=anvil&limit=5 HTTP/1.1\r\nHost: shop.example\r\nAccept: application/json\r\n\r\n",
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 42\r\n\r\n"
            + #"{"email": "a@b.example", "password": "pw"}"#,
        """
        POST /api/v1/cart/items HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n\
        {"prod\r\n5\r\nuct":\r\n3\r\n1 }\r\n0\r\nX-T: y\r\n\r\n
        """,
        """
        POST /api/v1/orders HTTP/1.1\r\nHost: a\r\nIdempotency-Key: k1\r\nExpect: 100-continue\r\n\
        Content-Length: 2\r\n\r\n{}
        """,
        """
        POST /api/v1/webhooks/stripe HTTP/1.1\r\nHost: a\r\nStripe-Signature: t=1,v1=00\r\nContent-Length: 2\r\n\r\n{}
        """,
        """
        GET /api/v1/orders/0197f0c4-0000-7000-8000-000000000001 HTTP/1.1\r\nHost: a\r\nX-Cart-Token: abc\r\n\
        X-Request-Id: abcdefgh\r\n\r\n
        """,
        "OPTIONS * HTTP/1.1\r\nHost: a\r\nOrigin: https://x.example\r\nAccess-Control-Request-Method: POST\r\n\r\n",
        "GET /healthz HTTP/1.0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    ]

    private static let splices: [[UInt8]] = [
        [0], [0x0D], [0x0A], [0x0D, 0x0A], [0xFF], [0x7F], Array("%00".utf8), Array("%".utf8), Array("+".utf8),
        Array(":".utf8),
        Array("\r\nHost: b\r\n".utf8), Array("\r\nContent-Length: 5\r\n".utf8), Array("99999999999999999999".utf8),
        Array("-1".utf8),
        Array("\r\nTransfer-Encoding: chunked\r\n".utf8), Array("\\u0000".utf8), Array("\u{301}".utf8),
        Array("?since=294277-01-01T00:00:00Z&".utf8),
        Array("{\"a\":".utf8), Array("[[[[".utf8), Array(repeating: UInt8(ascii: "a"), count: 9_000),
    ]

    private static func mutated(_ random: inout some RandomNumberGenerator) -> [UInt8] {
        var bytes = Array((requests.randomElement(using: &random) ?? "").utf8)
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(contentsOf: splices.randomElement(using: &random) ?? [], at: place)
            case 3: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...20, using: &random)))
            case 4: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 30)], at: place)
            default: bytes = Array(bytes.prefix(place))
            }
        }
        return bytes
    }

    /// The same numbers on every run (SplitMix64).
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    /// Half of the clients hang up without reading; the others say that they send no more and read what there is.
    @Test("a mutated request is never answered with a server error")
    func mutatedRequests() async throws {
        var limits = EdgeLimits()
        limits.headTime = .seconds(2)
        limits.bodyGrace = .seconds(2)
        try await Shop.open(edge: EdgeResources(limits: limits)) { shop in
            let port = try #require(shop.client.port)
            let faults = try await onThread {
                var random = Seeded(state: 18)
                var faults: [String] = []
                for round in 0..<800 {
                    let bytes = Self.mutated(&random)
                    let connection = try RawConnection(port: port)
                    connection.send(bytes)
                    guard round % 2 == 0 else { continue }
                    connection.finishSending()
                    let answer = connection.rest()
                    if answer.contains("HTTP/1.1 5") || answer.contains("HTTP/1.0 5") {
                        faults.append("\(String(decoding: bytes.prefix(600), as: UTF8.self)) → \(answer.prefix(300))")
                    }
                }
                return faults
            }
            #expect(faults.isEmpty, "\(faults.prefix(3))")
            #expect(try await shop.send(.get, "//healthz").status == 200)
        }
    }
}
