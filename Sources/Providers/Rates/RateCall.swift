package import Domain
package import OutboundHTTP

/// A source of exchange rates that the programs know. One is added as a file of its own and in ``all``.
package struct RateSourceKind: Sendable {
    /// What `RATES_PROVIDER` says.
    package let name: String
    /// The address of its latest rates, unless `RATES_URL` says otherwise.
    package let url: String
    /// What its key is called, for messages; `nil` when it wants none.
    package let keyName: String?
    /// The source, with address and key checked; nothing is sent. The key is empty where it wants none.
    package let open:
        @Sendable (OutboundHTTPClient, _ url: String, _ key: String) throws(ProviderSettingError) -> any RateSource

    init(
        _ name: String, url: String, keyName: String? = nil,
        open: @escaping @Sendable (OutboundHTTPClient, String, String) throws(ProviderSettingError) -> any RateSource
    ) {
        self.name = name
        self.url = url
        self.keyName = keyName
        self.open = open
    }

    /// All of them. The first is taken unless `RATES_PROVIDER` names another.
    package static let all: [RateSourceKind] = [.ecb, .frankfurter, .frankfurterV2, .openExchangeRates]
}

/// One conditional fetch of a rates document, whatever its form. Its errors hold neither the address nor the
/// credentials.
struct RateCall: Sendable {
    let client: OutboundHTTPClient
    let url: String
    let timeout: Duration
    /// The `Authorization` field, for sources that want one.
    let authorization: String?

    init(client: OutboundHTTPClient, url: String, authorization: String? = nil, timeout: Duration)
        throws(ProviderSettingError)
    {
        // The path in front of a query is checked; the query is the source's business.
        _ = try BaseURL(String(url.prefix { $0 != "?" }), setting: "rates address")
        self.client = client
        self.url = url
        self.timeout = timeout
        self.authorization = authorization
    }

    /// - Parameter refusal: reads the reason from the body of an answer that is no success.
    func fetch(
        ifChangedFrom held: RateValidators, accepting type: String, refusal: ([UInt8]) -> String? = { _ in nil },
        parse: ([UInt8]) throws(RateFailure) -> RateSet
    ) async throws(RateFailure) -> RateFetch {
        var request = OutboundRequest(
            url: url, headers: ["Accept": type], connectTimeout: .seconds(5), timeout: timeout)
        if let authorization { request.headers.append(name: "Authorization", value: authorization) }
        // Both where there are both: a server that knows tags ignores the date (RFC 9110, 13.1.3).
        if let etag = held.etag { request.headers.append(name: "If-None-Match", value: etag) }
        if let date = held.lastModified { request.headers.append(name: "If-Modified-Since", value: date) }
        let response: OutboundResponse
        do {
            response = try await client.send(request)
        } catch {
            throw .unavailable(error.message)
        }
        switch response.status {
        case 200:
            let validators = RateValidators(
                etag: response.headers["ETag"], lastModified: response.headers["Last-Modified"])
            return .set(try parse(response.body), validators)
        case 304 where !held.isEmpty: return .unchanged
        default:
            let reason = refusal(response.body).map { ": \($0)" } ?? ""
            throw .unavailable("the source answered \(response.status)\(reason)")
        }
    }
}

/// Rates on their way from a document's text into a set. Pure.
///
/// A currency the shop does not know is left out; a rate that is not a decimal above zero spoils the whole set, because
/// a source that is wrong once is not to be believed in the rest.
struct RateTable {
    private(set) var rates: [Currency: ExchangeRate] = [:]

    /// - Parameter text: the number as it stands in the document.
    mutating func add(code: String, text: String) throws(RateFailure) {
        guard let currency = Currency(code) else {
            // What is no money may have more digits than a rate keeps, such as an ounce or a bitcoin.
            guard Self.isPositive(text) else {
                throw .malformed("the rate of \(code.prefix(8)) is not a decimal above zero")
            }
            return
        }
        guard let rate = ExchangeRate(text) else {
            throw .malformed("the rate of \(currency) is not a decimal above zero")
        }
        guard rates.updateValue(rate, forKey: currency) == nil else { throw .malformed("\(currency) is named twice") }
    }

    private static func isPositive(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        return parts.count <= 2 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(digits.contains) }
            && parts.contains { $0.contains { $0 != UInt8(ascii: "0") } }
    }

    func set(source: String, base: Currency, date: CalendarDay?) throws(RateFailure) -> RateSet {
        guard let day = date else { throw .malformed("the date is missing or not a day") }
        guard rates.contains(where: { $0.key != base }) else {
            throw .malformed("it holds no rate of a known currency but its base")
        }
        return RateSet(source: source, base: base, date: day, rates: rates)
    }
}
