import Domain
import OutboundHTTP
import Providers
import TestSupport
import Testing

@Suite("Rates are taken over exactly or not at all", .timeLimit(.minutes(1)))
struct RatesTests {
    private func ecb(_ cubes: String) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
         xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
        <gesmes:subject>Reference rates</gesmes:subject><Cube>\(cubes)</Cube></gesmes:Envelope>
        """
    }

    private func fetch(_ server: ScriptedServer, ecb isECB: Bool, held: RateValidators = .unknown) async throws
        -> RateFetch
    {
        try await withClient { client in
            isECB
                ? try await ECBRates(client: client, url: server.url + "/daily.xml").fetch(ifChangedFrom: held)
                : try await FrankfurterRates(client: client, url: server.url + "/v1/latest?base=EUR").fetch(
                    ifChangedFrom: held)
        }
    }

    private func set(_ body: String, ecb: Bool, at location: SourceLocation = #_sourceLocation) async throws -> RateSet
    {
        guard case .set(let set, _) = try await fetch(try server(200, body), ecb: ecb) else {
            Issue.record("no set came", sourceLocation: location)
            throw Unexpected()
        }
        return set
    }

    private func texts(_ set: RateSet) -> [String: String] {
        Dictionary(uniqueKeysWithValues: set.rates.map { ($0.key.code, $0.value.description) })
    }

    @Test("Frankfurter: every digit of a rate survives")
    func frankfurter() async throws {
        let body =
            #"""
            {"amount": 1.0, "base": "EUR", "date": "2026-11-20", "rates": {"USD": 1.087654321, "JPY": 163, \#
            "GBP": 0.8123456789, "XTS": 5, "IDR": 17123.4567890123, "KWD": 3.3e-1}}
            """#
        let set = try await set(body, ecb: false)
        #expect(set.source == "frankfurter" && set.base == .eur && set.date == CalendarDay("2026-11-20"))
        #expect(
            texts(set) == [
                "USD": "1.087654321", "JPY": "163", "GBP": "0.8123456789", "IDR": "17123.4567890123", "KWD": "0.33",
            ])
    }

    @Test(
        "Frankfurter: numbers that binary floating point would bend come through straight",
        arguments: ["0.1000000003", "1.1000000001", "123456.789012345678", "0.300000000001"])
    func digits(rate: String) async throws {
        let set = try await set(
            #"{"amount": 1, "base": "EUR", "date": "2026-11-20", "rates": {"USD": \#(rate)}}"#, ecb: false)
        #expect(set.rates[.usd] == ExchangeRate(rate))
        #expect(set.rates[.usd]?.description == rate)
    }

    @Test("ECB: both kinds of quotes and comments are understood, unknown currencies left out")
    func ecbDocument() async throws {
        let body = ecb(
            """
            <!-- daily --><Cube time='2026-11-20'><Cube currency='USD' rate='1.0876543210'/>\
            <Cube currency="JPY" rate="163.05"/><Cube currency='ZZZ' rate='2'/></Cube>
            """
        )
        let set = try await set(body, ecb: true)
        #expect(set.source == "ecb" && set.base == .eur && set.date == CalendarDay("2026-11-20"))
        #expect(texts(set) == ["USD": "1.087654321", "JPY": "163.05"])
    }

    @Test(
        "Frankfurter: a document that is wrong anywhere is refused whole",
        arguments: [
            "", "[]", "not JSON", #"{"amount": 2, "base": "EUR", "date": "2026-11-20", "rates": {"USD": 1.1}}"#,
            #"{"amount": 1, "base": "???", "date": "2026-11-20", "rates": {"USD": 1.1}}"#,
            #"{"amount": 1, "base": "EUR", "date": "2026-02-30", "rates": {"USD": 1.1}}"#,
            #"{"amount": 1, "base": "EUR", "date": "2026-11-20", "rates": {}}"#,
            #"{"amount": 1, "base": "EUR", "date": "2026-11-20", "rates": {"USD": 1.1, "GBP": -0.8}}"#,
            #"{"amount": 1, "base": "EUR", "date": "2026-11-20", "rates": {"USD": 1.1, "GBP": 0}}"#,
            #"{"amount": 1, "base": "EUR", "date": "2026-11-20", "rates": {"USD": 1.1, "GBP": 1e60}}"#,
            #"{"amount": 1, "base": "EUR", "date": "2026-11-20", "rates": {"USD": 1.1, "GBP": "x"}}"#,
            #"{"amount": 1, "base": "EUR", "date": "2026-11-20", "rates": {"USD": NaN}}"#,
        ])
    func badFrankfurter(body: String) async throws {
        let error = try await failure(RateFailure.self) { try await set(body, ecb: false) }
        guard case .malformed = error else { throw error }
    }

    @Test(
        "ECB: a document that is wrong anywhere is refused whole",
        arguments: [
            "", "<Cube time='2026-11-20'><Cube currency='USD' rate='-1'/></Cube>",
            "<Cube time='2026-11-20'><Cube currency='USD' rate='0'/></Cube>",
            "<Cube time='2026-11-20'><Cube currency='USD' rate='1,1'/></Cube>",
            "<Cube time='2026-11-20'><Cube currency='USD' rate='NaN'/></Cube>",
            "<Cube time='20.11.2026'><Cube currency='USD' rate='1'/></Cube>",
            "<Cube><Cube currency='USD' rate='1'/></Cube>",
            "<Cube time='2026-11-20'></Cube>",
            "<Cube time='2026-11-20'><Cube currency='USD' rate='1'/><Cube currency='USD' rate='2'/></Cube>",
            """
            <Cube time='2026-11-20'><Cube currency='USD' rate='1'/></Cube>\
            <Cube time='2026-11-19'><Cube currency='USD' rate='1'/></Cube>
            """,
            "<Cube time='2026-11-20'><Cube currency='USD' rate='1'>",
            "<Cube time='2026-11-20'><Cube currency='USD' rate='1'/></Cube></x>",
            "<Cube time='2026-11-20'><Cube currency='USD' rate=1/></Cube>",
        ])
    func badECB(cubes: String) async throws {
        let error = try await failure(RateFailure.self) { try await set(ecb(cubes), ecb: true) }
        guard case .malformed = error else { throw error }
    }

    @Test("ECB: a document that breaks off is refused")
    func cutShort() async throws {
        let whole = ecb(
            "<Cube time='2026-11-20'><Cube currency='USD' rate='1.1'/><Cube currency='JPY' rate='163'/></Cube>")
        for length in stride(from: whole.count - 1, to: 0, by: -7) {
            await #expect(throws: RateFailure.self, "cut after \(length) characters") {
                try await set(String(whole.prefix(length)), ecb: true)
            }
        }
    }

    @Test("ECB: a document that defines entities is refused")
    func entities() async throws {
        let body =
            "<!DOCTYPE c [<!ENTITY r \"1.1\">]><c><Cube time='2026-11-20'><Cube currency='USD' rate='&r;'/></Cube></c>"
        let error = try await failure(RateFailure.self) { try await set(body, ecb: true) }
        guard case .malformed = error else { throw error }
    }

    @Test(
        "a set comes with its tag and its date, and what came is sent with the next question",
        arguments: [true, false],
        [
            RateValidators(etag: "\"a1\""), RateValidators(lastModified: "Fri, 20 Nov 2026 15:00:00 GMT"),
            RateValidators(etag: "\"a1\"", lastModified: "Fri, 20 Nov 2026 15:00:00 GMT"),
        ])
    func conditional(isECB: Bool, given: RateValidators) async throws {
        let body =
            isECB
            ? ecb("<Cube time='2026-11-20'><Cube currency='USD' rate='1.1'/></Cube>")
            : #"{"amount": 1, "base": "EUR", "date": "2026-11-20", "rates": {"USD": 1.1}}"#
        let headers = ["ETag": given.etag, "Last-Modified": given.lastModified].compactMapValues(\.self)
        let log = ScriptLog<ScriptedRequest>()
        guard case .set(_, let held) = try await fetch(try server(200, headers: headers, body, log: log), ecb: isECB)
        else {
            throw Unexpected()
        }
        #expect(held == given)
        #expect(
            log.entries.first?.headers["if-none-match"] == nil && log.entries.first?.headers["if-modified-since"] == nil
        )
        #expect(try await fetch(try server(304, "", log: log), ecb: isECB, held: held) == .unchanged)
        #expect(log.entries.last?.headers["if-none-match"] == given.etag)
        #expect(log.entries.last?.headers["if-modified-since"] == given.lastModified)
    }

    @Test("errors of the source are not taken for rates", arguments: [304, 404, 429, 500, 302])
    func unavailable(status: Int) async throws {
        let error = try await failure(RateFailure.self) { try await fetch(try server(status, "oops"), ecb: false) }
        guard case .unavailable = error else { throw error }
    }
}
