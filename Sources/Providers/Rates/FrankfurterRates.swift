package import Domain
internal import FoundationEssentials
import JSON
package import OutboundHTTP

extension RateSourceKind {
    /// See ``FrankfurterRates``.
    static let frankfurter = RateSourceKind(
        "frankfurter", url: "https://api.frankfurter.dev/v1/latest"
    ) { (client, url, key) throws(ProviderSettingError) in
        try FrankfurterRates(client: client, url: url)
    }
}

/// Rates in the form of the Frankfurter API, version 1: `{"amount": 1.0, "base": "EUR", "date": "2026-11-20", "rates":
/// {"USD": 1.0876}}`.
package struct FrankfurterRates: RateSource {
    private struct Document: Decodable {
        let amount: Decimal
        let base: String
        let date: String
        let rates: [String: Decimal]
    }

    /// Who publishes these rates.
    package let name = "frankfurter"
    private let call: RateCall

    /// Checks the address; sends nothing.
    ///
    /// - Parameter url: the whole address of the latest rates.
    /// - Throws: when the address cannot be used.
    package init(
        client: OutboundHTTPClient, url: String,
        timeout: Duration = .seconds(15)
    ) throws(ProviderSettingError) {
        call = try RateCall(client: client, url: url, timeout: timeout)
    }

    /// Fetches the latest set unless it is the one held.
    package func fetch(ifChangedFrom held: RateValidators) async throws(RateFailure) -> RateFetch {
        try await call.fetch(ifChangedFrom: held, accepting: "application/json", parse: Self.parse)
    }

    /// Foundation's decoder reads a `Decimal` from the number's own digits, so nothing passes through binary floating
    /// point; a test holds it to that.
    static func parse(_ body: [UInt8]) throws(RateFailure) -> RateSet {
        let document: Document
        do {
            document = try JSONCoder.decode(Document.self, from: body)
        } catch {
            throw .malformed("it is not a document of amount, base, date and rates")
        }
        guard document.amount == 1 else { throw .malformed("the rates are not for one unit of the base") }
        guard let base = Currency(document.base) else { throw .malformed("the base is not a known currency") }
        var table = RateTable()
        for (code, rate) in document.rates { try table.add(code: code, text: rate.description) }
        return try table.set(source: "frankfurter", base: base, date: CalendarDay(document.date))
    }
}

extension RateSourceKind {
    /// See ``FrankfurterV2Rates``.
    static let frankfurterV2 = RateSourceKind(
        "frankfurter-v2", url: "https://api.frankfurter.dev/v2/rates"
    ) { (client, url, key) throws(ProviderSettingError) in
        try FrankfurterV2Rates(client: client, url: url)
    }
}

/// Rates in the form of the Frankfurter API, version 2: an array of `{"date": "2026-11-20", "base": "EUR", "quote":
/// "USD", "rate": 1.0876}`.
///
/// The API joins many publishers, each with days of its own. A set has one day, the latest in the document; what was
/// last published on an earlier day is not of that set and is left out.
package struct FrankfurterV2Rates: RateSource {
    private struct Row: Decodable {
        let date: String
        let base: String
        let quote: String
        let rate: Decimal
    }

    /// One name for both versions: they publish the same rates.
    package let name = "frankfurter"
    private let call: RateCall

    /// Checks the address; sends nothing.
    ///
    /// - Parameter url: the whole address of the latest rates.
    /// - Throws: when the address cannot be used.
    package init(
        client: OutboundHTTPClient, url: String,
        timeout: Duration = .seconds(15)
    ) throws(ProviderSettingError) {
        call = try RateCall(client: client, url: url, timeout: timeout)
    }

    /// Fetches the latest set unless it is the one held.
    package func fetch(ifChangedFrom held: RateValidators) async throws(RateFailure) -> RateFetch {
        try await call.fetch(ifChangedFrom: held, accepting: "application/json", parse: Self.parse)
    }

    static func parse(_ body: [UInt8]) throws(RateFailure) -> RateSet {
        guard let rows = try? JSONCoder.decode([Row].self, from: body) else {
            throw .malformed("it is not an array of date, base, quote and rate")
        }
        guard let first = rows.first, rows.allSatisfy({ $0.base == first.base }), let base = Currency(first.base) else {
            throw .malformed("the rates have not one known base")
        }
        var days: [CalendarDay] = []
        for row in rows {
            guard let day = CalendarDay(row.date) else { throw .malformed("the date is missing or not a day") }
            days.append(day)
        }
        var table = RateTable()
        let latest = days.max()
        for (row, day) in zip(rows, days) where day == latest {
            try table.add(code: row.quote, text: row.rate.description)
        }
        return try table.set(source: "frankfurter", base: base, date: latest)
    }
}
