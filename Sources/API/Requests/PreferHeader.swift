/// The `Prefer` header (RFC 7240) as far as the shop honours it.
enum PreferHeader {
    /// The longest time an answer is held back, in seconds.
    static let maximumWait = 30

    /// Seconds of `wait=N`, at most ``maximumWait``; nil when there is none. What cannot be read is no preference.
    static func wait(_ fields: [String]) -> Int? {
        for preference in fields.flatMap({ $0.split(whereSeparator: { $0 == "," || $0 == ";" }) }) {
            let parts = preference.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].trimmingSpaces.lowercased() == "wait" else { continue }
            let digits = parts[1].trimmingSpaces.filter { $0 != "\"" }
            guard (1...9).contains(digits.utf8.count), let seconds = Int(digits), seconds >= 0 else { return nil }
            return min(seconds, maximumWait)
        }
        return nil
    }
}
