import Crypto
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import NIOCore

/// Exchange rates as Frankfurter, the European Central Bank and Open Exchange Rates publish them, with conditional
/// requests.
struct RateRoutes: Sendable {
    let board: RateBoard

    func add(to router: Router<SandboxContext>) {
        router.get("/rates/v1/latest") { request, _ in
            answer(request, .json) { table in
                RateDocuments.frankfurter(
                    table, base: Self.base(request, "base", "from") ?? "EUR",
                    symbols: Self.symbols(request, "symbols", "to"))
            }
        }
        router.get("/rates/v2/rates") { request, _ in
            answer(request, .json) { table in
                RateDocuments.frankfurterTwo(
                    table, base: Self.base(request, "base") ?? "EUR", quotes: Self.symbols(request, "quotes"))
            }
        }
        router.get("/rates/ecb/eurofxref-daily.xml") { request, _ in
            answer(request, .xml) { RateDocuments.centralBank($0) }
        }
        router.get("/rates/oxr/api/latest.json") { request, _ in
            if let refusal = OpenExchangeRates.refusal(ofKey: request.uri.queryParameters["app_id"].map(String.init)) {
                return refusal
            }
            let base = Self.base(request, "base") ?? "USD"
            guard RateTable.currencies.contains(base) || base == "EUR" else { return OpenExchangeRates.unknownBase }
            if board.controls.breaks == .failure { return OpenExchangeRates.failure }
            return answer(request, .json) {
                OpenExchangeRates.document($0, base: base, symbols: Self.symbols(request, "symbols"))
            }
        }
    }

    private enum Form {
        case json, xml
    }

    private func answer(_ request: Request, _ form: Form, _ document: (RateTable) -> String?) -> Response {
        let (table, breaks) = board.published(at: .now)
        let type = form == .json ? "application/json" : "text/xml"
        guard var body = document(table) else { return .json(.object([("message", "not found")]), status: .notFound) }
        switch (breaks, form) {
        case (.failure, _):
            return .json(
                .object([("message", "internal error (injected by the sandbox)")]), status: .internalServerError)
        case (.half, _): return .half(of: body, type: type)
        // Cut before its last bracket or tag, and whole as far as HTTP can tell.
        case (.json, .json), (.xml, .xml): body.removeLast(min(body.count, 12))
        case (.json, .xml), (.xml, .json), (nil, _): break
        }
        return conditional(body, type: type, table.date, request)
    }

    private func conditional(_ body: String, type: String, _ date: CivilDate, _ request: Request) -> Response {
        let digest = SHA256.hash(data: Data(body.utf8)).prefix(8).map { String($0, radix: 16) }.joined()
        let tag = "\"\(digest)\""
        let headers: HTTPFields = [.eTag: tag, .lastModified: date.publishedHTTPDate]
        let isKnown: Bool
        if let known = request.headers[.ifNoneMatch] {
            isKnown = known.split(separator: ",").map(\.trimmed).contains { $0 == tag || $0 == "W/" + tag || $0 == "*" }
        } else {
            isKnown = request.headers[.ifModifiedSince] == date.publishedHTTPDate
        }
        return isKnown ? Response(status: .notModified, headers: headers) : .text(body, type: type, headers: headers)
    }

    private static func base(_ request: Request, _ names: Substring...) -> String? {
        names.lazy.compactMap { request.uri.queryParameters[$0] }.first.map { $0.uppercased() }
    }

    private static func symbols(_ request: Request, _ names: Substring...) -> Set<String>? {
        names.lazy.compactMap { request.uri.queryParameters[$0] }.first.map { list in
            Set(list.split(separator: ",").map { $0.uppercased() })
        }
    }
}
