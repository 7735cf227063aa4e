import Domain
import FoundationEssentials

/// How conditions on jobs are written, in queries and bodies alike.
enum JobFilterText {
    static let sinceExpectation = "Expected a time of RFC 3339, such as 2026-01-31T12:00:00Z."

    /// nil outside of the years 1970 to 9999 as well: what the database keeps ends somewhere, and jobs began later.
    static func since(_ text: String) -> Date? {
        guard let time = try? Date(text, strategy: .iso8601), Date(unixSeconds: time.unixSeconds) != nil else { return nil }
        return time
    }
}
