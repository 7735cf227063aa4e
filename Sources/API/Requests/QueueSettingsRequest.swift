import JobQueue

/// Body of `PATCH /admin/queues/{queue}`: what is to be changed. `null` takes a limit away.
struct QueueSettingsRequest: Sendable {
    private var changes: [@Sendable (inout QueueSettings) -> Void] = []
    /// The changes in words, for the audit log.
    private(set) var details: [String: String] = [:]

    init(_ fields: consuming RequestFields) throws(Problem) {
        if fields.has("paused"), let isPaused = fields.boolean("paused") {
            change("paused", to: String(isPaused)) { $0.isPaused = isPaused }
        }
        if fields.has("concurrency") {
            let range = QueueSettings.concurrencyRange
            if fields.isNull("concurrency") {
                change("concurrency", to: "null") { $0.concurrency = nil }
            } else if let concurrency = fields.integer("concurrency", Int64(range.lowerBound)...Int64(range.upperBound))
            {
                change("concurrency", to: String(concurrency)) { $0.concurrency = Int(concurrency) }
            }
        }
        if fields.has("rate_limit") {
            if fields.isNull("rate_limit") {
                change("rate_limit", to: "null") { $0.rateLimit = nil }
            } else if let limit = fields.rateLimit("rate_limit") {
                change("rate_limit", to: "\(limit.perSecond)/s, burst \(limit.burst)") { $0.rateLimit = limit }
            }
        }
        if fields.isComplete && changes.isEmpty {
            fields.note("paused", .required, "Send at least one of paused, concurrency and rate_limit.")
        }
        guard fields.isComplete else { throw fields.rejection }
    }

    private mutating func change(
        _ name: String, to value: String, _ body: @escaping @Sendable (inout QueueSettings) -> Void
    ) {
        details[name] = value
        changes.append(body)
    }

    func apply(to settings: inout QueueSettings) {
        for change in changes { change(&settings) }
    }
}
