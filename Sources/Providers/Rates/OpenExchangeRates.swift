package import Domain
internal import FoundationEssentials
import JSON
package import OutboundHTTP

extension RateSourceKind {
    /// See ``OpenExchangeRates``.
    static let openExchangeRates = RateSourceKind(
        "openexchangerates", url: "https://openexchangerates.org/api/latest.json",
        keyName: "the App ID of Open Exchange Rates"
    ) { (client, url, key) throws(ProviderSettingError) in
        try OpenExchangeRates(client: client, key: key, url: url)
    }
}

/// Rates of Open Exchange Rates: `{"timestamp": 1795694400, "base": "USD", "rates": {"EUR": 0.9194}}`, renewed every
/// hour.
///
/// The key goes into the `Authorization` field and not into the query, where proxies and access logs would see it.
/// Source: docs.openexchangerates.org, Authentication and Errors.
package struct OpenExchangeRates: RateSource {
    private struct Document: Decodable {
        let timestamp: Int64
        let base: String
        let rates: [String: Decimal]
    }

    private struct Refusal: Decodable {
        let message: String
    }

    /// The reasons it documents. Nothing else of a refusal is repeated: its sentences may hold what was sent.
    private static let reasons: Set<String> = [
        "access_restricted", "invalid_app_id", "invalid_base", "missing_app_id", "not_allowed", "not_available",
        "not_found",
    ]

    /// Who publishes these rates.
    package let name = "openexchangerates"
    private let call: RateCall

    /// Checks key and address; sends nothing.
    ///
    /// - Parameters:
    ///   - key: the "App ID".
    ///   - url: the whole address of the latest rates.
    /// - Throws: when key or address cannot be used.
    package init(
        client: OutboundHTTPClient, key: String, url: String,
        timeout: Duration = .seconds(15)
    ) throws(ProviderSettingError) {
        guard (1...128).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw ProviderSettingError(setting: "rates key", expected: "an App ID of Open Exchange Rates is expected.")
        }
        call = try RateCall(client: client, url: url, authorization: "Token \(key)", timeout: timeout)
    }

    /// Fetches the latest set unless it is the one held.
    package func fetch(ifChangedFrom held: RateValidators) async throws(RateFailure) -> RateFetch {
        try await call.fetch(
            ifChangedFrom: held, accepting: "application/json", refusal: Self.reason, parse: Self.parse)
    }

    static func parse(_ body: [UInt8]) throws(RateFailure) -> RateSet {
        if let reason = reason(body) { throw .unavailable("the source refused: \(reason)") }
        guard let document = try? JSONCoder.decode(Document.self, from: body) else {
            throw .malformed("it is not a document of timestamp, base and rates")
        }
        guard let base = Currency(document.base) else { throw .malformed("the base is not a known currency") }
        // Years 1970 to 9999; what is outside of them has no day.
        guard (0..<253_402_300_800).contains(document.timestamp) else {
            throw .malformed("the timestamp is no time of day")
        }
        var table = RateTable()
        for (code, rate) in document.rates { try table.add(code: code, text: rate.description) }
        return try table.set(
            source: "openexchangerates", base: base, date: CalendarDay(secondsSince1970: document.timestamp))
    }

    private static func reason(_ body: [UInt8]) -> String? {
        guard let refusal = try? JSONCoder.decode(Refusal.self, from: body) else { return nil }
        return reasons.contains(refusal.message) ? refusal.message : nil
    }
}
