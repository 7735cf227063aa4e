package import Domain
package import OutboundHTTP

extension RateSourceKind {
    /// See ``ECBRates``.
    static let ecb = RateSourceKind(
        "ecb", url: "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"
    ) { (client, url, key) throws(ProviderSettingError) in
        try ECBRates(client: client, url: url)
    }
}

/// The European Central Bank's daily reference rates: an XML document of `Cube` elements, base euro, published on
/// working days.
package struct ECBRates: RateSource {
    /// Who publishes these rates.
    package let name = "ecb"
    private let call: RateCall

    /// Checks the address; sends nothing.
    ///
    /// - Parameter url: the whole address of the daily document.
    /// - Throws: when the address cannot be used.
    package init(
        client: OutboundHTTPClient, url: String,
        timeout: Duration = .seconds(15)
    ) throws(ProviderSettingError) {
        call = try RateCall(client: client, url: url, timeout: timeout)
    }

    /// Fetches the latest set unless it is the one held.
    package func fetch(ifChangedFrom held: RateValidators) async throws(RateFailure) -> RateFetch {
        try await call.fetch(ifChangedFrom: held, accepting: "application/xml", parse: Self.parse)
    }

    static func parse(_ body: [UInt8]) throws(RateFailure) -> RateSet {
        let document = try ECBDocument(body)
        var table = RateTable()
        for (code, rate) in document.rates { try table.add(code: code, text: rate) }
        return try table.set(source: "ecb", base: .eur, date: document.date.flatMap { CalendarDay($0) })
    }
}
