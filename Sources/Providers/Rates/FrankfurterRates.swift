package import Domain
internal import FoundationEssentials
package import OutboundHTTP

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
        client: OutboundHTTPClient, url: String = "https://api.frankfurter.dev/v1/latest",
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
            document = try JSONDecoder().decode(Document.self, from: Data(body))
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
