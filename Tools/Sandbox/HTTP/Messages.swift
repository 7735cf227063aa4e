import FoundationEssentials
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
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src about:; form-action "
            + "'self'; base-uri 'none'"
        headers[.xContentTypeOptions] = "nosniff"
        return text(html, type: "text/html; charset=utf-8", status: status, headers: headers)
    }
}

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

extension Request {
    /// This server's URL as the client reached it, so that links work through a forwarded port or from inside a
    /// container.
    var baseURL: String { "http://" + (head.authority ?? "127.0.0.1") }
}

extension HTTPField.Name {
    /// The provider's name for one call, on every answer.
    static let requestID = fieldName("Request-Id")
    /// The caller's name for one operation, the same over every attempt.
    static let idempotencyKey = fieldName("Idempotency-Key")
    /// `true` on an answer that is a stored one.
    static let idempotentReplayed = fieldName("Idempotent-Replayed")
    /// On a replayed answer, the `Request-Id` of the call that ran.
    static let originalRequest = fieldName("Original-Request")
    /// The version of the API that a call asks for, and that it was answered in.
    static let stripeVersion = fieldName("Stripe-Version")
    /// Whether the same request may be sent again.
    static let stripeShouldRetry = fieldName("Stripe-Should-Retry")
    /// Asks for one fault on this request alone, for example `drop_after_commit` or `slow=300`.
    static let sandboxFault = fieldName("X-Sandbox-Fault")
    /// Says on every answer that no real provider gave it.
    static let sandbox = fieldName("X-Sandbox")

    /// The email provider's name for one request.
    static let xMessageID = fieldName("X-Message-Id")
    /// Calls per second that the email provider takes.
    static let rateLimitLimit = fieldName("X-RateLimit-Limit")
    /// Calls that are left of them.
    static let rateLimitRemaining = fieldName("X-RateLimit-Remaining")
    /// When there are new ones, in seconds since 1970.
    static let rateLimitReset = fieldName("X-RateLimit-Reset")

    private static func fieldName(_ text: String) -> HTTPField.Name {
        // The literals above are tokens of RFC 9110, so this initializer cannot return nil for them.
        HTTPField.Name(text)!
    }
}

extension Date {
    /// RFC 3339 in UTC with milliseconds.
    var timestamp: String { formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }

    /// Whole seconds since 1970, the provider's unit.
    var unixSeconds: Int64 { Int64(timeIntervalSince1970) }
}
