import Crypto
import HTTPTypes
import Hummingbird
import JSON
import NIOCore

/// Writes answers.
enum JSONResponse {
    /// Sorted members make equal values equal bytes, which strong ETags are made from.
    private static let style = JSONStyle(sortsMembers: true, showsMilliseconds: true)

    static func data(_ value: some Encodable) throws -> [UInt8] { try JSONCoder.encode(value, style) }

    /// A JSON response.
    static func response(_ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) throws
        -> Response
    {
        response(bytes: try data(value), status: status, headers: headers)
    }

    /// A response from JSON that is encoded already.
    static func response(bytes: some Sequence<UInt8>, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:])
        -> Response
    {
        var headers = headers
        if headers[.contentType] == nil { headers[.contentType] = "application/json; charset=utf-8" }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

/// Answers that any client may keep: with a strong ETag made from the bytes, and 304 for those who have them.
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
