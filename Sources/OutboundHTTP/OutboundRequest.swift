/// One HTTP request. Redirects are never followed: they come back as answers with their status.
package struct OutboundRequest: Sendable {
    /// `GET`, `POST`, …
    package var method: String
    /// An absolute `http` or `https` address.
    package var url: String
    /// Fields to send besides those HTTP itself needs.
    package var headers: OutboundHeaders
    /// The body, `nil` for none.
    package var body: [UInt8]?
    /// Limit for name look-up, connecting and TLS together.
    package var connectTimeout: Duration
    /// Limit for the whole exchange, connecting included.
    package var timeout: Duration
    /// The largest body accepted in the answer.
    package var maximumResponseBytes: Int

    /// Describes a request.
    package init(
        method: String = "GET", url: String, headers: OutboundHeaders = [:], body: [UInt8]? = nil,
        connectTimeout: Duration = .seconds(1),
        timeout: Duration = .seconds(15), maximumResponseBytes: Int = 1 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.connectTimeout = connectTimeout
        self.timeout = timeout
        self.maximumResponseBytes = maximumResponseBytes
    }
}

extension OutboundRequest {
    /// Whether the request may go out a second time by itself when a re-used connection turns out to be dead: methods
    /// that are idempotent (RFC 9110, 9.2.2), and those that carry an idempotency key.
    var isReplayable: Bool {
        switch method {
        case "GET", "HEAD", "PUT", "DELETE", "OPTIONS": true
        default: headers["Idempotency-Key"] != nil
        }
    }

    /// Why the request cannot be sent as it stands, `nil` when it can.
    var defect: OutboundError? {
        if let defect = URLCheck.defect(of: url, schemes: ["http", "https"]) { return defect }
        guard !method.isEmpty, method.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else {
            return .refused(.invalidRequest, "The method must be capital letters.")
        }
        if let field = headers.fields.first(where: { !$0.isWellFormed }) {
            return .refused(
                .invalidRequest,
                "The header field \(field.name.debugDescription) holds characters that may not be sent.")
        }
        return nil
    }
}

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

/// What is checked of an address before libcurl sees it.
enum URLCheck {
    /// Why an address cannot be used. The message never repeats the address, which may hold a password.
    static func defect(of url: String, schemes: [String]) -> OutboundError? {
        guard let scheme = schemes.first(where: { url.lowercasedPrefix($0 + "://") }) else {
            return .refused(
                .badURL, "The address must start with \(schemes.map { $0 + "://" }.joined(separator: " or ")).")
        }
        guard url.utf8.count > scheme.utf8.count + 3, url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return .refused(
                .badURL, "The address must name a host and hold only printable ASCII characters without spaces.")
        }
        return nil
    }

    /// `scheme://host:port` of an address, for logs and messages: no user, password, path or query.
    static func origin(of url: String) -> String {
        guard let start = url.firstRange(of: "://") else { return "?" }
        let authority = url[start.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        return String(url[..<start.upperBound] + host)
    }
}

extension String {
    fileprivate func lowercasedPrefix(_ prefix: String) -> Bool {
        self.prefix(prefix.count).lowercased() == prefix
    }
}
