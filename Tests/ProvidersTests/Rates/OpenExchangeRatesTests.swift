import Domain
import OutboundHTTP
import Providers
import TestSupport
import Testing

@Suite("Open Exchange Rates are read whole, and the key is shown to nobody else", .timeLimit(.minutes(1)))
struct OpenExchangeRatesTests {
    private static let key = "0123456789abcdef0123456789abcdef"

    private func fetch(from url: String, held: RateValidators = .unknown) async throws -> RateFetch {
        try await withClient { client in
            try await OpenExchangeRates(client: client, key: Self.key, url: url + "/api/latest.json").fetch(
                ifChangedFrom: held)
        }
    }

    private func document(_ rates: String, timestamp: String = "1795190400", base: String = "USD") -> String {
        #"{"disclaimer": "x", "license": "y", "timestamp": \#(timestamp), "base": "\#(base)", "rates": {\#(rates)}}"#
    }

    @Test("every digit survives; the day is that of the timestamp in UTC; metals and coins are left out")
    func set() async throws {
        let log = ScriptLog<ScriptedRequest>()
        let body = document(#""EUR": 0.919436, "JPY": 156.4123, "USD": 1, "BTC": 1.0536821123456e-5, "XAU": 0.000241"#)
        let headers = ["ETag": "\"4e6acdd9\"", "Last-Modified": "Fri, 20 Nov 2026 16:00:01 GMT"]
        guard
            case .set(let set, let held) = try await fetch(from: try server(200, headers: headers, body, log: log).url)
        else {
            throw Unexpected()
        }
        #expect(set.source == "openexchangerates" && set.base == .usd && set.date == CalendarDay("2026-11-20"))
        let texts = Dictionary(uniqueKeysWithValues: set.rates.map { ($0.key.code, $0.value.description) })
        #expect(texts == ["EUR": "0.919436", "JPY": "156.4123"])
        #expect(held == RateValidators(etag: "\"4e6acdd9\"", lastModified: "Fri, 20 Nov 2026 16:00:01 GMT"))
        #expect(log.entries.first?.headers["authorization"] == "Token \(Self.key)")
        #expect(log.entries.first?.target == "/api/latest.json")
        #expect(try await fetch(from: try server(304, "", log: log).url, held: held) == .unchanged)
        #expect(log.entries.last?.headers["if-none-match"] == held.etag)
    }

    @Test("a document that is wrong anywhere is refused whole")
    func refused() async throws {
        let wrong = [
            "", "[]", document(""), document(#""EUR": 0"#), document(#""EUR": "0.9""#), document(#""EUR": -1"#),
            document(#""BTC": -1"#),
            document(#""EUR": 0.9"#, timestamp: "\"1795694400\""), document(#""EUR": 0.9"#, timestamp: "253402300800"),
            document(#""EUR": 0.9"#, timestamp: "-1"), document(#""EUR": 0.9"#, base: "BTC"),
        ]
        for body in wrong {
            let error = try await failure(RateFailure.self) { try await fetch(from: try server(200, body).url) }
            guard case .malformed = error else { throw error }
        }
    }

    @Test("a refusal says why, and repeats nothing that was sent", arguments: [200, 401, 429])
    func refusals(status: Int) async throws {
        let body =
            #"""
            {"error": true, "status": 401, "message": "invalid_app_id", \#
            "description": "Invalid App ID \#(Self.key) - sign up."}
            """#
        let error = try await failure(RateFailure.self) { try await fetch(from: try server(status, body).url) }
        guard case .unavailable(let reason) = error else { throw error }
        #expect(reason.hasSuffix(": invalid_app_id"))
        let echo = #"{"error": true, "status": 401, "message": "\#(Self.key)", "description": "\#(Self.key)"}"#
        let other = try await failure(RateFailure.self) { try await fetch(from: try server(status, echo).url) }
        for text in ["\(error)", "\(other)"] { #expect(!text.contains(Self.key)) }
    }

    @Test("a server that cannot be reached does not bring the key into the error")
    func unreachable() async throws {
        let error = try await failure(RateFailure.self) { try await fetch(from: "http://127.0.0.1:1") }
        #expect(!"\(error)".contains(Self.key))
    }

    @Test(
        "what cannot be a key is refused before anything is sent",
        arguments: ["", "a b", "a\r\nX: y", String(repeating: "a", count: 129)])
    func badKey(key: String) async throws {
        try await withClient { client in
            _ = #expect(throws: ProviderSettingError.self) {
                try OpenExchangeRates(client: client, key: key, url: "http://127.0.0.1:1")
            }
        }
    }
}
