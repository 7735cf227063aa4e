import HTTPTypes
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// A head that was found in order, and what it says about the rest.
struct RequestHeadPlan {
    var request: HTTPRequest
    /// As many bytes as the body may have.
    let bodyLimit: Int
    /// The connection ends with the answer.
    let isLast: Bool
    /// Spoken to in HTTP/1.0, which knows no chunks.
    let isOld: Bool
    /// The client waits for 100 before it sends its body.
    let awaitsContinue: Bool
}

/// What RFC 9110 and 9112 say about heads, beyond what the parser checks.
enum RequestHeadRules {
    /// - Parameter limit: how long the body of a method and path may be.
    static func plan(
        for head: HTTPRequestHead, _ limits: EdgeLimits, bodyLimit limit: (HTTPRequest.Method, String) -> Int
    ) throws(Refusal) -> RequestHeadPlan {
        guard head.uri.utf8.count <= limits.targetBytes else { throw .targetTooLong(limits.targetBytes) }
        guard head.headers.reduce(0, { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }) <= limits.headerBytes else {
            throw .headersTooLarge(limits.headerBytes)
        }
        guard head.method != .CONNECT else { throw .methodNotServed }
        guard head.headers.allSatisfy({ !holdsControl($0.value) }) else {
            throw .malformed("A header holds a control character.")
        }
        let isOld = head.version.minor == 0
        let target = try target(head)
        try checkHost(head, isOld: isOld)
        guard var request = try? HTTPRequest(head, secure: false, splitCookie: false) else {
            throw .malformed("The request is not valid HTTP/1.1.")
        }
        request.path = target
        let bodyLimit = limit(request.method, target)
        try checkLength(head, isOld: isOld, limit: bodyLimit)
        let awaitsContinue = try awaitsContinue(head, isOld: isOld)
        // An upgrade is not taken, and the parser reads nothing after its offer.
        let isLast = isOld || !head.isKeepAlive || head.headers.contains(name: "upgrade")
        if isLast { request.headerFields[.connection] = "close" }
        return RequestHeadPlan(
            request: request, bodyLimit: bodyLimit, isLast: isLast, isOld: isOld, awaitsContinue: awaitsContinue)
    }

    // MARK: The address

    /// Path and query. `http://host/path` is what proxies send; it means the same.
    private static func target(_ head: HTTPRequestHead) throws(Refusal) -> String {
        var target = Substring(head.uri)
        if target == "*", head.method == .OPTIONS { return "*" }
        for scheme in ["http://", "https://"] where target.prefix(scheme.count).lowercased() == scheme {
            let rest = target.dropFirst(scheme.count)
            let path = rest.firstIndex { "/?".contains($0) } ?? rest.endIndex
            guard isHost(rest[..<path]) else { throw .malformed("The address names no valid host.") }
            target = rest[path...]
            if target.first != "/" { return try checkedPath("/" + target) }
        }
        return try checkedPath(String(target))
    }

    private static func checkedPath(_ target: String) throws(Refusal) -> String {
        guard target.utf8.first == UInt8(ascii: "/") else { throw .malformed("The address must begin with a slash.") }
        guard !target.unicodeScalars.contains("\u{FFFD}"),
            target.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "#") })
        else { throw .malformed("The address holds a character that does not belong there.") }
        let path = target.prefix { $0 != "?" }
        guard path.utf8.contains(UInt8(ascii: "%")) else { return target }
        // Queries are read, and refused, parameter by parameter.
        guard let plain = PercentEncoding.decode(path.utf8, plusIsSpace: false),
            !plain.unicodeScalars.contains(where: isControl)
        else {
            throw .malformed("The address is not encoded properly.")
        }
        return target
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
    }

    private static func holdsControl(_ value: String) -> Bool {
        value.utf8.contains { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }
    }

    // MARK: The host

    /// RFC 9112, 3.2: exactly one valid `Host` in HTTP/1.1.
    private static func checkHost(_ head: HTTPRequestHead, isOld: Bool) throws(Refusal) {
        let hosts = head.headers["host"]
        guard hosts.count == 1 || (isOld && hosts.isEmpty) else {
            throw .malformed("The request must have exactly one Host header.")
        }
        guard hosts.allSatisfy({ isHost($0) }) else { throw .malformed("The Host header names no valid host.") }
    }

    /// `host[:port]` of RFC 3986, 3.2.
    static func isHost(_ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...262).contains(bytes.count) else { return false }
        let name: ArraySlice<UInt8>
        let port: ArraySlice<UInt8>
        if bytes[0] == UInt8(ascii: "[") {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "]")), end > 1 else { return false }
            name = bytes[1..<end]
            port = bytes[(end + 1)...]
            guard name.contains(UInt8(ascii: ":")),
                name.allSatisfy({ isHexadecimal($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") })
            else { return false }
        } else {
            let end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
            name = bytes[..<end]
            port = bytes[end...]
            guard !name.isEmpty, name.allSatisfy(isHostByte) else { return false }
        }
        guard let colon = port.first else { return true }
        let digits = port.dropFirst()
        guard colon == UInt8(ascii: ":"), digits.count <= 5, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return false
        }
        return digits.isEmpty || (Int(String(decoding: digits, as: UTF8.self)) ?? 65_536) <= 65_535
    }

    /// Letters, digits, and the other signs that RFC 3986 has for names of hosts.
    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-._~!$&'()*+,;=%".utf8.contains(byte)
        }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }

    // MARK: The body

    private static func checkLength(_ head: HTTPRequestHead, isOld: Bool, limit: Int) throws(Refusal) {
        let codings = head.headers[canonicalForm: "transfer-encoding"]
        guard codings.isEmpty || (!isOld && codings.count == 1 && codings[0].lowercased() == "chunked") else {
            throw .malformed("The only transfer encoding read here is chunked.")
        }
        let lengths = head.headers["content-length"]
        guard let text = lengths.first else { return }
        guard lengths.count == 1, codings.isEmpty else { throw .malformed("The length of the body is given twice.") }
        let digits = text.trimmingSpaces
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .malformed("Content-Length must be a whole number.")
        }
        // A length that no number holds is too large as well.
        guard (Int(digits) ?? .max) <= limit else { throw .bodyTooLarge(limit) }
    }

    private static func awaitsContinue(_ head: HTTPRequestHead, isOld: Bool) throws(Refusal) -> Bool {
        let expectations = head.headers[canonicalForm: "expect"]
        guard !isOld, !expectations.isEmpty else { return false }
        guard expectations.allSatisfy({ $0.lowercased() == "100-continue" }) else { throw .unknownExpectation }
        return head.headers["content-length"].first?.trimmingSpaces != "0"
            && (head.headers.contains(name: "content-length") || head.headers.contains(name: "transfer-encoding"))
    }

    /// Whether a head that the parser refused for its length gives one that is a number, only too large for any.
    static func givesOverlongLength(_ head: some Sequence<UInt8>) -> Bool {
        for line in Array(head).split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1)
            guard parts.count == 2, String(decoding: parts[0], as: UTF8.self).lowercased() == "content-length" else {
                continue
            }
            let digits = parts[1].filter { ![0x20, 0x09, 0x0D].contains($0) }
            return digits.count > 18 && digits.allSatisfy { (0x30...0x39).contains($0) }
        }
        return false
    }
}
