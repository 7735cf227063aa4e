import FoundationEssentials

/// Checks addresses of web services.
enum WebAddress {
    /// The address without a slash at its end; `nil` when it is no `http` or `https` address with a host, or holds a
    /// user, query or fragment.
    static func normalised(_ text: String) -> String? {
        guard text.utf8.allSatisfy(ASCII.isVisible), let parts = URLComponents(string: text),
            let scheme = parts.scheme?.lowercased(), ["http", "https"].contains(scheme), let host = parts.host,
            !host.isEmpty,
            parts.user == nil, parts.query == nil, parts.fragment == nil
        else { return nil }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}
