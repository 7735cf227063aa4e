import Domain
import FoundationEssentials

/// How conditions on jobs are written, in queries and bodies alike.
enum JobFilterText {
    static let sinceExpectation =
        "Expected a time of RFC 3339 between the years 1 and 9999, such as 2026-01-31T12:00:00Z."

    /// PostgreSQL and Swift agree on the calendar in these years, and RFC 3339 has no others.
    private static let years =
        Date(timeIntervalSince1970: -62_135_596_800)..<Date(timeIntervalSince1970: 253_402_300_800)

    static func since(_ text: String) -> Date? {
        guard text.utf8.count <= 40, let date = try? Date(text, strategy: .iso8601), years.contains(date) else {
            return nil
        }
        return date
    }
}
