import Crypto
import Domain
import Foundation
import JSON
import JobQueue
import PropertySupport
import Storage
import Testing

@testable import API

@Suite("Whatever a request holds, the API lives, and what it takes from it is in bounds", .timeLimit(.minutes(10)))
struct RequestParserTests {
    private static let id = "0192f0c1-2b3c-7d4e-8f50-112233445566"
    private static let order = """
        {"items": [{"product_id": "\(id)", "quantity": 2}], "payment_method": "pm_card_visa",
         "email": "ada@shop.example", "currency": "USD",
         "shipping_address": {"name": "Ada", "line1": "12 St James Square", "city": "London",
          "postal_code": "SW1Y 4LE", "country": "GB"}}
        """
    private static let stripeEvent = """
        {"id": "evt_1", "type": "payment_intent.succeeded", "livemode": false, "created": 1764000000,
         "data": {"object": {"id": "pi_1", "amount": 1999}}}
        """
    private static let emailEvents = """
        [{"timestamp": 1764000000, "event": "bounce", "sg_message_id": "abc", "delivery_id": "\(id)",
         "reason": "550 no <a@b.example>"}]
        """
    private static let documents = [
        order, stripeEvent, emailEvents,
        #"{"amount": {"amount": 1250, "currency": "USD"}, "reason": "duplicate", "restock": true}"#,
        #"{"paused": true, "concurrency": 16, "rate_limit": {"per_second": 2.5, "burst": 5}}"#,
        #"""
        {"state": "dead", "queue": "email", "since": "2026-01-31T12:00:00Z", "limit": 100, \#
        "cursor": "redis:email:1764000000000:\#(id)"}
        """#,
        #"{"a": [-0.5e+3, "\u0041\ud83d\ude00", null, true, {"b": {}}]}"#,
    ]

    private static func fields(_ body: [UInt8]) -> RequestFields? {
        guard let value = try? JSONValue(parsing: body) else { return nil }
        return try? RequestFields(value)
    }

    @Test("bodies: quantities, amounts, limits, rates")
    func bodies() {
        property("an order", Gen<[UInt8]>.bytes(near: [Self.order])) { bytes in
            guard let fields = Self.fields(bytes) else { return }
            _ = try? OrderRequest(fields)
        }
        property("a refund", Gen<[UInt8]>.bytes(near: Self.documents)) { bytes in
            guard let fields = Self.fields(bytes), let request = try? OrderRefundRequest(fields) else { return }
            try demand((request.amount?.amount ?? 1) > 0, "\(String(describing: request.amount))")
        }
        property("settings of a queue", Gen<[UInt8]>.bytes(near: Self.documents)) { bytes in
            guard let fields = Self.fields(bytes), let request = try? QueueSettingsRequest(fields) else { return }
            var settings = QueueSettings()
            request.apply(to: &settings)
            try demand(settings.concurrency.map(QueueSettings.concurrencyRange.contains) ?? true, "\(settings)")
            try demand(settings.rateLimit.map { RateLimit.rateRange.contains($0.perSecond) } ?? true, "\(settings)")
        }
        property("dead letters", Gen<[UInt8]>.bytes(near: Self.documents)) { bytes in
            guard let fields = Self.fields(bytes), let request = try? DeadLetterRequest(fields) else { return }
            try demand((1...DeadLetterRequest.maximumLimit).contains(request.limit), "\(request.limit)")
        }
        property("a number", both(Gen<String>.number, Gen<String>.number)) { first, second in
            guard var fields = Self.fields(Array(#"{"a": \#(first), "b": \#(second)}"#.utf8)) else { return }
            if let whole = fields.integer("a", -5...7) { try demand((-5...7).contains(whole), first) }
            if let number = fields.decimal("b", 0.5...2) { try demand((0.5...2).contains(number), second) }
        }
    }

    @Test("times in queries are of the years 1 to 9999")
    func times() {
        let samples = [
            "2026-01-31T12:00:00Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "294277-01-01T00:00:00Z",
        ]
        property("since", Gen<String>.text(near: samples)) { text in
            guard let time = JobFilterText.since(text) else { return }
            try demand(
                (-62_135_596_800...253_402_300_800).contains(time.timeIntervalSince1970),
                "\(time.timeIntervalSince1970)")
        }
        #expect(JobFilterText.since("294277-01-01T00:00:00Z") == nil)
        #expect(JobFilterText.since("-0001-01-01T00:00:00Z") == nil)
    }

    @Test("headers are read within their bounds")
    func headers() {
        property("Prefer", Gen<String>.text(near: ["wait=10", "respond-async, wait=\"5\"; x=1"])) { text in
            if let seconds = PreferHeader.wait([text]) {
                try demand((0...PreferHeader.maximumWait).contains(seconds), text)
            }
        }
        property("Idempotency-Key", Gen<String>.text(near: ["\"8e03978e-40d5-43e8-bc93-6894a57f9324\"", "key"])) {
            text in
            if let key = try? IdempotencyKeyHeader.key([text]) { try demand((1...255).contains(key.utf8.count), text) }
        }
        property("traceparent", Gen<String>.text(near: ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"])) {
            text in
            if let trace = TraceParent.checked(text) { try demandEqual(trace.utf8.count, 55) }
        }
        property(
            "a cursor of jobs",
            Gen<String>.text(near: ["redis:email:1764000000000:\(Self.id)", "redis:email", Self.id])
        ) { text in
            if let cursor = JobCursor(text) { try demandEqual(JobCursor(cursor.description), cursor) }
        }
        property("base64url", Gen<String>.text(near: ["aGVsbG8", "-_-_", ""])) { text in
            if let bytes = Base64URL.decode(text) { try demandEqual(Base64URL.encode(bytes), text) }
        }
    }

    @Test("webhooks: signatures and what they carry")
    func webhooks() {
        property("events of the email provider", Gen<[UInt8]>.bytes(near: [Self.emailEvents])) { bytes in
            guard let document = try? JSONValue(parsing: bytes) else { return }
            for event in SendGridNotice.events(document) ?? [] {
                try demand((0...4_102_444_800).contains(event.at.timeIntervalSince1970), "\(event.at)")
            }
        }
        let key = P256.Signing.PrivateKey()
        let times = Gen<String>.text(near: ["1764000000"])
        property("a signature of the email provider", count: 300, both(times, Gen<Int64>.int64())) { time, now in
            guard let code = try? key.signature(for: Data(time.utf8)) else { return }
            let signature = SendGridSignature(
                signature: [code.derRepresentation.base64EncodedString()], timestamp: [time])
            guard (try? signature.verify([], key: key.publicKey, now: now)) != nil else { return }
            try demand(Int64(time).map { abs(Double($0) - Double(now)) <= 86_400 } ?? false, "\(time) at \(now)")
        }
    }

    @Test("a token's times at the ends of 64 bits make no token of it, and end nothing")
    func tokens() {
        func subject(_ iat: Int64, _ nbf: Int64, _ exp: Int64, at now: Int64) -> TokenSubject? {
            AccessClaims(
                iss: AccessClaims.issuer, aud: AccessClaims.audience, sub: Self.id, iat: iat, nbf: nbf, exp: exp,
                jti: "x", sv: 1,
                role: "customer"
            ).subject(at: now)
        }
        let now: Int64 = 1_764_000_000
        #expect(subject(now, now, now + 900, at: now) != nil)
        for (iat, exp) in [
            (Int64.min, Int64.max), (.max, .max), (.min, .min), (.min, now + 1), (now, .max), (-1, .max),
        ] {
            #expect(subject(iat, now, exp, at: now) == nil)
        }
        let times = all(Gen<Int64>.int64(), Gen<Int64>.int64(), Gen<Int64>.int64())
        property("claims", both(times, Gen<Int64>.int64())) { times, now in
            guard subject(times.0, times.1, times.2, at: now) != nil else { return }
            let (iat, nbf, exp, now) = (Int128(times.0), Int128(times.1), Int128(times.2), Int128(now))
            try demand(
                now < exp && exp - iat <= 900 && nbf <= now + 5 && iat <= now + 5, "a token of \(times) at \(now)")
        }
    }

    @Test(
        "a token signed by us with such times is refused",
        arguments: [
            "-9223372036854775808", "9223372036854775807", "9223372036854775808", "1e300", "-1e300", "1.5", "null",
            "\"1\"",
        ])
    func signedTokens(time: String) async throws {
        let secret = Array("0123456789abcdef0123456789abcdef".utf8)
        let tokens = try #require(await AccessTokens(keys: [SigningKey(id: "new", secret: secret)]))
        for field in ["iat", "nbf", "exp", "sv"] {
            var claims = ["iat": "1764000000", "nbf": "1764000000", "exp": "1764000900", "sv": "1"]
            claims[field] = time
            let numbers = claims.map { #""\#($0.key)":\#($0.value)"# }.joined(separator: ",")
            let payload =
                #"""
                {"iss":"cartwright","aud":"cartwright-api","sub":"\#(Self.id)","jti":"x","role":"customer",\#(numbers)}
                """#
            let signed =
                Base64URL.encode(Array(#"{"alg":"HS256","kid":"new","typ":"at+jwt"}"#.utf8)) + "."
                + Base64URL.encode(Array(payload.utf8))
            let code = HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: SymmetricKey(data: secret))
            for now in [Date(timeIntervalSince1970: 1_764_000_000), .distantPast, .distantFuture] {
                let subject = await tokens.subject(of: signed + "." + Base64URL.encode(Array(code)), now: now)
                let isSessionAlone = field == "sv" && ["-9223372036854775808", "9223372036854775807"].contains(time)
                let isEarly = field == "nbf" && time == "-9223372036854775808"
                #expect(subject == nil || (isSessionAlone || isEarly), "\(field) \(time)")
            }
        }
    }
}
