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
