import HTTPTypes
import Hummingbird
import JSON
import NIOCore

extension Response {
    /// An answer holding one JSON document.
    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        text(value.text, type: "application/json", status: status, headers: headers)
    }

    /// An answer holding a whole text body of the given media type.
    static func text(_ body: String, type: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:])
        -> Response
    {
        var headers = headers
        headers[.contentType] = type
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: body)))
    }

    /// A page for people. Email shown in it is hostile input, so nothing but the page's own style is allowed to load or
    /// run.
    static func page(_ html: String, status: HTTPResponse.Status = .ok) -> Response {
        var headers = HTTPFields()
        headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src about:; form-action 'self'; base-uri 'none'"
        headers[.xContentTypeOptions] = "nosniff"
        return text(html, type: "text/html; charset=utf-8", status: status, headers: headers)
    }
}
