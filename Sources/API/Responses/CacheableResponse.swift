import Crypto
import HTTPTypes
import Hummingbird

/// Answers that anybody may keep: with a strong ETag made from the bytes, and 304 for those who have them.
enum CacheableResponse {
    /// Short, because prices and stock move; after that a conditional request costs no body.
    static let cacheControl = "public, max-age=5"

    static func response(_ value: some Encodable, to request: Request) throws -> Response {
        let bytes = try JSONResponse.data(value)
        let tag = "\"" + Base64URL.encode(SHA256.hash(data: bytes).prefix(16)) + "\""
        let headers: HTTPFields = [.eTag: tag, .cacheControl: cacheControl]
        if matches(request.headers[values: .ifNoneMatch], tag) {
            return Response(status: .notModified, headers: headers)
        }
        return JSONResponse.response(bytes: bytes, headers: headers)
    }

    /// RFC 9110 §13.1.2: weak comparison, and `*` for anything at all.
    static func matches(_ fields: [String], _ tag: String) -> Bool {
        fields.flatMap { $0.split(separator: ",") }.map(\.trimmingSpaces).contains { candidate in
            candidate == "*" || candidate == tag || candidate == "W/" + tag
        }
    }
}
