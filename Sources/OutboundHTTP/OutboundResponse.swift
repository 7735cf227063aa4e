/// An HTTP answer that arrived whole. Any status is an answer, 5xx included; what it means is the caller's to say.
package struct OutboundResponse: Sendable {
    /// The status code.
    package let status: Int
    /// The header fields of the final answer.
    package let headers: OutboundHeaders
    /// The body, at most ``OutboundRequest/maximumResponseBytes`` long.
    package let body: [UInt8]

    /// Puts an answer together.
    package init(status: Int, headers: OutboundHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
