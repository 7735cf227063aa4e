import Domain
import FoundationEssentials
import Hummingbird
import JobQueue
import Resilience
import Storage

/// What operators do with many dead letters at once. Every change goes to the audit log.
struct AdminDeadLetterRoutes {
    let jobs: JobInspector
    let remains: JobRemains
    let webhooks: WebhookStore

    func add(to routes: inout Routes) {
        routes.get("admin/dead-letters/groups", audience: .support, limit: .admin, use: groups)
        routes.post("admin/dead-letters/retry", audience: .operators, limit: .admin) { request, context in
            try await change(.retry, request, context)
        }
        routes.post("admin/dead-letters/discard", audience: .operators, limit: .admin) { request, context in
            try await change(.discard, request, context)
        }
    }

    @Sendable func groups(_ request: Request, _ context: ShopContext) async throws -> Response {
        var query = RequestQuery(request)
        let queue = query.queue()
        let limit = query.limit()
        try query.finish()
        return try JSONResponse.response(
            PageDocument(items: try await jobs.deadGroups(queue: queue, limit: limit), nextCursor: nil))
    }

    /// Goes on batch by batch until as many have been looked at as the client wants, or none is left.
    private func change(_ action: BulkAction, _ request: Request, _ context: ShopContext) async throws -> Response {
        guard let user = context.viewer.user else { throw Problem.unauthorized }
        let body = try DeadLetterRequest(try await request.fields())
        if action == .discard, !body.isConfirmed {
            var filter = body.filter
            filter.state = filter.state ?? .dead
            let survey = try await remains.survey(
                jobs, matching: filter, from: body.cursor, upTo: min(body.limit, JobRemains.surveyLimit))
            let told = survey.told(first: 5)
            guard told.isEmpty else {
                throw Problem.leavesBehind(told, confirming: "send \"confirm\": true as well")
            }
        }
        let entry = entry(action, body, user, context)
        // One for each batch, in its transaction: what was done until an error is done, and noted.
        let noting = jobs.noting { [try AuditLog.insertion(of: entry.with($0))] }
        var progress = BulkProgress()
        for try await step in try noting.change(action, matching: body.filter, from: body.cursor) {
            progress = step
            if progress.changed + progress.left >= body.limit { break }
        }
        if action == .discard { try await webhooks.ignoreAbandoned(note: "Its job was discarded.", by: .user(user)) }
        return try JSONResponse.response(BulkProgressBody(progress: progress))
    }

    private func entry(_ action: BulkAction, _ body: DeadLetterRequest, _ user: User.ID, _ context: ShopContext)
        -> AuditEntry
    {
        AuditEntry(
            actor: .user(user), action: action == .retry ? "dead_letters.retried" : "dead_letters.discarded",
            subjectKind: "dead_letters",
            subjectID: body.filter.queue?.rawValue ?? "all", remoteAddress: context.remoteAddress,
            details: body.details.merging(["request_id": context.requestID]) { own, _ in own })
    }
}

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

/// How far a change of many dead letters came in one call.
struct BulkProgressBody: Encodable {
    let progress: BulkProgress

    enum CodingKeys: String, CodingKey {
        case changed, left
        case nextCursor = "next_cursor"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(progress.changed, forKey: .changed)
        try container.encode(progress.left, forKey: .left)
        try container.encode(progress.nextCursor?.description, forKey: .nextCursor)
    }
}
