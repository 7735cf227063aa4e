import FoundationEssentials
import JobQueue

/// Body of `POST /admin/dead-letters/retry` and `…/discard`: which ones, and how many at most in one call.
struct DeadLetterRequest: Sendable {
    /// How many are looked at in one call unless the client says otherwise, and at most.
    static let standardLimit = 10_000
    static let maximumLimit = 50_000

    let filter: JobFilter
    let cursor: JobCursor?
    let limit: Int
    /// Whether the client knows what discarded jobs leave behind.
    let isConfirmed: Bool
    /// The conditions in words, for the audit log.
    let details: [String: String]

    init(_ fields: consuming RequestFields) throws(Problem) {
        var filter = JobFilter()
        var details: [String: String] = [:]
        for name in ["state", "queue", "name", "fingerprint", "q", "since"] where fields.has(name) {
            guard let text = fields.text(name, 1...200) else { continue }
            details[name] = text
            switch name {
            case "state":
                filter.state = fields.parsed(name, "Expected dead or parked.") {
                    ["dead": .dead, "parked": .parked][$0]
                }
            case "queue":
                filter.queue = fields.parsed(name, "Expected the name of a queue.") { QueueName(rawValue: $0) }
            case "name": filter.name = text
            case "fingerprint": filter.fingerprint = text
            case "q": filter.text = text
            default: filter.since = fields.parsed(name, JobFilterText.sinceExpectation, JobFilterText.since)
            }
        }
        let limit =
            fields.has("limit") ? fields.integer("limit", 1...Int64(Self.maximumLimit)) : Int64(Self.standardLimit)
        let isConfirmed = fields.has("confirm") ? fields.boolean("confirm") : false
        let given = fields.has("cursor") ? fields.string("cursor") : nil
        let cursor = given.flatMap { JobCursor($0) }
        // Asked last: what is left over may be a condition that was misspelt.
        if details.isEmpty && fields.errors.isEmpty {
            fields.note("state", .required, "Give at least one condition; state alone means all of them.")
        }
        filter.state = filter.state ?? .dead
        let isForeign = given != nil && cursor?.belongs(to: filter) != true
        guard fields.isComplete, let limit, let isConfirmed else {
            if isForeign { fields.note(Problem.invalidCursor.errors) }
            throw fields.rejection
        }
        if isForeign { throw .invalidCursor }
        self.filter = filter
        self.cursor = cursor
        self.limit = Int(limit)
        self.isConfirmed = isConfirmed
        self.details = details
    }
}
