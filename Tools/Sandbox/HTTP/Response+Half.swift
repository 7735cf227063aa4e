import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// An answer with its true Content-Length, of which only half the body is sent before the connection closes.
    static func half(of body: String, type: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:])
        -> Response
    {
        var response = text(body, type: type, status: status, headers: headers)
        let half = ByteBuffer(bytes: body.utf8.prefix(body.utf8.count / 2))
        response.body = ResponseBody(contentLength: body.utf8.count) { writer in
            try await writer.write(half)
            throw ConnectionCut()
        }
        response.headers[.contentLength] = String(body.utf8.count)
        return response
    }

    /// Thrown out of a half-written body, so that the server closes the connection.
    private struct ConnectionCut: Error {}
}
