/// An HTTP answer that arrived whole. Any status is an answer, 5xx included; what it means is the caller's to say.
public struct OutboundResponse: Sendable {
    /// The status code.
    public let status: Int
    /// The header fields of the final answer.
    public let headers: OutboundHeaders
    /// The body, at most ``OutboundRequest/maximumResponseBytes`` long.
    public let body: [UInt8]

    /// Puts an answer together.
    public init(status: Int, headers: OutboundHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
