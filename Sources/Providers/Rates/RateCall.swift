internal import Domain
internal import OutboundHTTP

/// One conditional fetch of a rates document, whatever its form.
struct RateCall: Sendable {
    let client: OutboundHTTPClient
    let url: String
    let timeout: Duration

    init(client: OutboundHTTPClient, url: String, timeout: Duration) throws(ProviderSettingError) {
        // The path in front of a query is checked; the query is the source's business.
        _ = try BaseURL(String(url.prefix { $0 != "?" }), setting: "rates address")
        self.client = client
        self.url = url
        self.timeout = timeout
    }

    func fetch(
        ifChangedFrom etag: String?, accepting type: String, parse: ([UInt8]) throws(RateFailure) -> RateSet
    ) async throws(RateFailure) -> RateFetch {
        var request = OutboundRequest(url: url, headers: ["Accept": type], connectTimeout: .seconds(5), timeout: timeout)
        if let etag { request.headers.append(name: "If-None-Match", value: etag) }
        let response: OutboundResponse
        do {
            response = try await client.send(request)
        } catch {
            throw .unavailable(error.message)
        }
        switch response.status {
        case 200: return .set(try parse(response.body), etag: response.headers["ETag"])
        case 304 where etag != nil: return .unchanged
        default: throw .unavailable("the source answered \(response.status)")
        }
    }
}
