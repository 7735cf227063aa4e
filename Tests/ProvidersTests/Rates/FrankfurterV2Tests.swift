import Domain
import Providers
import TestSupport
import Testing

@Suite("Frankfurter's second version is read like its first", .timeLimit(.minutes(1)))
struct FrankfurterV2Tests {
    private func fetch(_ body: String, held: RateValidators = .unknown, status: Int = 200) async throws -> RateFetch {
        let server = try server(status, body)
        return try await withClient { client in
            try await FrankfurterV2Rates(client: client, url: server.url + "/v2/rates").fetch(ifChangedFrom: held)
        }
    }

    private func row(_ quote: String, _ rate: String, date: String = "2026-11-20", base: String = "EUR") -> String {
        #"{"date": "\#(date)", "base": "\#(base)", "quote": "\#(quote)", "rate": \#(rate)}"#
    }

    @Test("the latest day makes the set; what was last published earlier and what is no money are left out")
    func set() async throws {
        let rows = [
            row("USD", "1.0876000001"), row("JPY", "163.05"), row("KWD", "3.3e-1"),
            row("XAU", "0.00021234567890123456"),
            row("ISK", "143.1", date: "2026-11-18"),
        ]
        guard case .set(let set, _) = try await fetch("[\(rows.joined(separator: ","))]") else { throw Unexpected() }
        #expect(set.source == "frankfurter" && set.base == .eur && set.date == CalendarDay("2026-11-20"))
        let texts = Dictionary(uniqueKeysWithValues: set.rates.map { ($0.key.code, $0.value.description) })
        #expect(texts == ["USD": "1.0876000001", "JPY": "163.05", "KWD": "0.33"])
    }

    @Test("a document that is wrong anywhere is refused whole")
    func refused() async throws {
        let wrong = [
            "", "[]", "{}", "[1]", "[\(row("USD", "1.1")),", "[\(row("USD", "\"1.1\""))]", "[\(row("USD", "0"))]",
            "[\(row("USD", "-1"))]",
            "[\(row("XAU", "-1"))]", "[\(row("USD", "1.1", date: "2026-02-30"))]",
            "[\(row("USD", "1.1", base: "???"))]",
            "[\(row("USD", "1.1")),\(row("USD", "1.2"))]", "[\(row("USD", "1.1")),\(row("JPY", "150", base: "USD"))]",
            "[\(row("ZZZ", "1"))]", "[\(row("EUR", "1.1"))]",
        ]
        for body in wrong {
            let error = try await failure(RateFailure.self) { try await fetch(body) }
            guard case .malformed = error else { throw error }
        }
    }

    @Test("it is asked with what it gave, and its errors are no rates")
    func asking() async throws {
        #expect(try await fetch("", held: RateValidators(etag: "\"a\""), status: 304) == .unchanged)
        let error = try await failure(RateFailure.self) { try await fetch("[\(row("USD", "1.1"))]", status: 503) }
        #expect(error == .unavailable("the source answered 503"))
    }
}
