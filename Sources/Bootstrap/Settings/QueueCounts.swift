package import JobQueue

/// A number for each of several queues, as settings have them: `checkout=64,email=32`.
package enum QueueCounts {
    /// Nil when the text is malformed, names a queue twice, or has a number outside `range`.
    package static func parse(_ text: String, in range: ClosedRange<Int>) -> [QueueName: Int]? {
        var counts: [QueueName: Int] = [:]
        for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = entry.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, let name = QueueName(rawValue: String(parts[0])), let count = Int(parts[1]),
                range.contains(count),
                counts.updateValue(count, forKey: name) == nil
            else { return nil }
        }
        return counts
    }
}
