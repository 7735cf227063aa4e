import Crypto
import FoundationEssentials
import HTTPTypes
import Hummingbird

/// Exchange rates as Frankfurter and the European Central Bank publish them, with conditional requests.
struct RateRoutes: Sendable {
    func add(to router: Router<SandboxContext>) {
        router.get("/rates/v1/latest") { request, _ in
            let query = request.uri.queryParameters
            let base = (query["base"] ?? query["from"]).map { $0.uppercased() } ?? "EUR"
            let symbols = (query["symbols"] ?? query["to"]).map { Set($0.split(separator: ",").map { $0.uppercased() }) }
            guard let document = RateDocuments.frankfurter(today, base: base, symbols: symbols) else {
                return Response.json(.object([("message", "not found")]), status: .notFound)
            }
            return conditional(document.text, type: "application/json", request)
        }
        router.get("/rates/ecb/eurofxref-daily.xml") { request, _ in
            conditional(RateDocuments.centralBank(today), type: "text/xml", request)
        }
    }

    private var today: RateTable { RateTable(date: .lastPublished(at: .now)) }

    private func conditional(_ body: String, type: String, _ request: Request) -> Response {
        let digest = SHA256.hash(data: Data(body.utf8)).prefix(8).map { String($0, radix: 16) }.joined()
        let tag = "\"\(digest)\""
        let known = request.headers[.ifNoneMatch].map { $0.split(separator: ",").map(\.trimmed) } ?? []
        if known.contains(where: { $0 == tag || $0 == "W/" + tag || $0 == "*" }) {
            return Response(status: .notModified, headers: [.eTag: tag])
        }
        return .text(body, type: type, headers: [.eTag: tag])
    }
}
