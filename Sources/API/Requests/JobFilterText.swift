import FoundationEssentials

/// How conditions on jobs are written, in queries and bodies alike.
enum JobFilterText {
    static let sinceExpectation = "Expected a time of RFC 3339, such as 2026-01-31T12:00:00Z."

    static func since(_ text: String) -> Date? { try? Date(text, strategy: .iso8601) }
}
