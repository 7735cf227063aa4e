/// The answer to Redis' `INFO`: names and values, in sections that do not matter here.
struct RedisFacts: Sendable {
    private let values: [String: String]

    init(_ text: String) {
        var values: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
        }
        self.values = values
    }

    subscript(_ name: String) -> String? { values[name] }

    /// Major and minor version.
    var version: (major: Int, minor: Int)? {
        let parts = (values["redis_version"] ?? "").split(separator: ".").compactMap { Int($0) }
        return parts.count >= 2 ? (parts[0], parts[1]) : nil
    }
}
