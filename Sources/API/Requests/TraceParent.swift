/// W3C Trace Context: `00-<32 hex>-<16 hex>-<2 hex>`.
enum TraceParent {
    /// The text when it has that form, otherwise nil: a broken trace is begun anew, never refused.
    static func checked(_ text: String) -> String? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [2, 32, 16, 2], parts[0] != "ff",
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) } })
        else { return nil }
        return text
    }
}
