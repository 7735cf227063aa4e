internal import Domain
internal import OutboundHTTP

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
        // Both where there are both: whoever knows tags ignores the date (RFC 9110, 13.1.3).
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
