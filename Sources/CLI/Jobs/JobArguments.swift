public import ArgumentParser
import Domain
import Foundation
public import JobQueue

extension JobState: ExpressibleByArgument {}

/// Reads arguments that name jobs and queues, with errors that say what was expected.
enum JobArguments {
    static func id(_ text: String) throws -> JobID {
        guard let id = JobID(text) else {
            throw ValidationError(
                "expected a job's id, such as 0197c1f0-8a6e-7cc1-b0a4-3f0f6f1f2a10; `cartwright jobs` lists them.")
        }
        return id
    }

    static func cursor(_ text: String) throws -> JobCursor {
        guard let cursor = JobCursor(text) else {
            throw ValidationError("expected the cursor that the page before ended with.")
        }
        return cursor
    }

    static func queue(_ text: String) throws -> QueueName {
        guard let queue = QueueName(rawValue: text) else {
            throw ValidationError("expected a queue's name; `cartwright queues` lists them.")
        }
        return queue
    }

    /// A point in time (`2026-03-01`, `2026-03-01T14:05:00Z`) or a time before now (`90s`, `30m`, `2h`, `7d`).
    static func since(_ text: String, now: Date) throws -> Date {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        if let unit = text.last.flatMap({ units[$0] }), let count = Double(text.dropLast()), count >= 0, count.isFinite
        {
            // Longer ago than anything is: all of it.
            return max(now.addingTimeInterval(-count * unit), Date(timeIntervalSince1970: 0))
        }
        let instant = Date.ISO8601FormatStyle(timeZone: .gmt)
        let styles = [
            instant, Date.ISO8601FormatStyle(includingFractionalSeconds: true, timeZone: .gmt),
            instant.year().month().day(),
        ]
        for style in styles {
            if let date = try? style.parse(text), Date(unixSeconds: date.unixSeconds) != nil { return date }
        }
        throw ValidationError(
            "expected a length of time such as 30m, 2h or 7d, or a time such as 2026-03-01T14:05:00Z.")
    }

    static func since(_ text: String) throws -> Date { try since(text, now: Date()) }
}
