import Foundation

/// Output for scripts: one JSON document, keys in snake case and in order, times as RFC 3339 with milliseconds.
enum JSONText {
    static func document(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(TimeText.stamp(date))
        }
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

extension Terminal {
    /// Writes a value as JSON.
    static func writeJSON(_ value: some Encodable) throws {
        write(try JSONText.document(value))
    }
}
