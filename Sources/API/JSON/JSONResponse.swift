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
