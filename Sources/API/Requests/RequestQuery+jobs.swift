import JobQueue

/// Readers for conditions on jobs.
extension RequestQuery {
    /// `?queue=`.
    mutating func queue() -> QueueName? {
        parsed("queue", "Expected the name of a queue.") { QueueName(rawValue: $0) }
    }

    /// `?state=&queue=&name=&fingerprint=&q=&since=`.
    mutating func jobFilter() -> JobFilter {
        var filter = JobFilter()
        let states = JobState.allCases.map(\.rawValue).joined(separator: ", ")
        filter.state = parsed("state", "Expected one of \(states).") { JobState(rawValue: $0) }
        filter.queue = queue()
        filter.name = text("name")
        filter.fingerprint = text("fingerprint")
        filter.text = text("q")
        filter.since = parsed("since", JobFilterText.sinceExpectation, JobFilterText.since)
        return filter
    }

    /// `?cursor=`.
    mutating func jobCursor() -> JobCursor? {
        cursor { JobCursor($0) }
    }
}
