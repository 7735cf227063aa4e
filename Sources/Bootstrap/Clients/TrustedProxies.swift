/// The proxies in front of the shop whose word counts about whom they speak for: `TRUSTED_PROXIES`.
package struct TrustedProxies: Hashable, Sendable {
    /// So many proxies may stand in a row. Behind them nothing is looked at, however long a header is.
    private static let longestChain = 32

    private let ranges: [IPRange]

    /// None: the peer of a connection is the client.
    package static let none = TrustedProxies([])

    package init(_ ranges: [IPRange]) { self.ranges = ranges }

    init(_ reader: inout SettingsReader) {
        self.init(
            reader.value(
                "TRUSTED_PROXIES", default: [],
                expected: "addresses and networks with commas between them, such as 127.0.0.1,10.0.0.0/8,2001:db8::/32",
                advice: "a network has no bits beyond its prefix"
            ) { text in
                let parts = text.split(separator: ",", omittingEmptySubsequences: false)
                let ranges = parts.compactMap { IPRange($0.trimmed) }
                return ranges.count == parts.count ? ranges : nil
            })
    }

    package func contains(_ address: IPAddress) -> Bool { ranges.contains { $0.contains(address) } }

    /// Who sends a request: the peer, or whom it speaks for when it is a trusted proxy.
    ///
    /// Each proxy puts the address it was called from at the end of `X-Forwarded-For`, so the list is read from the
    /// end: the first address that is no trusted proxy's is the client's. Any client may have written what
    /// stands before it. An element that is no address ends the list: a proxy that cannot say who called it has spoken
    /// for the client itself.
    ///
    /// - Parameter forwarded: the header's values in the order of their lines.
    package func client(of peer: IPAddress, forwarded: [String]) -> IPAddress {
        guard !ranges.isEmpty, contains(peer) else { return peer }
        var client = peer
        var left = Self.longestChain
        for line in forwarded.reversed() {
            for element in line.split(separator: ",").reversed() {
                let text = element.trimmed
                // RFC 9110, 5.6.1.2: empty elements of a list count for nothing.
                if text.isEmpty { continue }
                guard left > 0, let address = Self.address(text) else { return client }
                client = address
                if !contains(address) { return client }
                left -= 1
            }
        }
        return client
    }

    /// The address in `192.0.2.1`, `192.0.2.1:4711`, `[2001:db8::1]:4711`, `[2001:db8::1]` or `2001:db8::1`.
    private static func address(_ text: Substring) -> IPAddress? {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") && isPort(rest.dropFirst()) else { return nil }
            let inner = text[text.index(after: text.startIndex)..<end]
            return inner.contains(":") ? IPAddress(inner) : nil
        }
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return IPAddress(text) }
        return isPort(parts[1]) ? IPAddress(parts[0]) : nil
    }

    private static func isPort(_ text: Substring) -> Bool {
        (1...5).contains(text.utf8.count) && text.utf8.allSatisfy(ASCII.isDigit)
    }
}

extension Substring {
    /// Without spaces and tabs at its ends.
    fileprivate var trimmed: Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
