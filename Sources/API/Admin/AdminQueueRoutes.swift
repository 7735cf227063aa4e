import Bootstrap
import Domain
import Hummingbird
import JSON
import JobQueue
import Resilience
import Storage

/// What operators do with queues. Every change goes to the audit log.
struct AdminQueueRoutes {
    let jobs: JobInspector

    func add(to routes: inout Routes) {
        routes.get("admin/queues", audience: .support, limit: .admin, use: list)
        routes.patch("admin/queues/{queue}", audience: .operators, limit: .admin, use: configure)
    }

    @Sendable func list(_ request: Request, _ context: ShopContext) async throws -> Response {
        try RequestQuery(request).finish()
        let queues = try await jobs.queues(known: ShopQueue.names)
        return try JSONResponse.response(PageDocument(items: queues, nextCursor: nil))
    }

    @Sendable func configure(_ request: Request, _ context: ShopContext) async throws -> Response {
        guard let user = context.viewer.user, let queue = QueueName(rawValue: try context.parameters.require("queue"))
        else {
            throw Problem.notFound("queue")
        }
        let body = try QueueSettingsRequest(try await request.fields())
        // A slip of the keyboard must not look like success.
        guard try await status(queue) != nil else { throw Problem.notFound("queue") }
        let entry = AuditEntry(
            actor: .user(user), action: "queue.configured", subjectKind: "queue", subjectID: queue.rawValue,
            remoteAddress: context.remoteAddress, details: ["request_id": context.requestID])
        // What was not sent stays, and is not in the note.
        let names = Set(body.details.keys)
        try await jobs.noting { [try AuditLog.insertion(of: entry.with($0, only: names))] }.configure(queue) {
            body.apply(to: &$0)
        }
        guard let status = try await status(queue) else { throw Problem.notFound("queue") }
        return try JSONResponse.response(status)
    }

    private func status(_ queue: QueueName) async throws -> QueueStatus? {
        try await jobs.queues(known: ShopQueue.names).first { $0.queue == queue }
    }
}

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

/// Readers for settings of queues.
extension RequestFields {
    mutating func boolean(_ field: String) -> Bool? {
        guard let value = value(field) else { return nil }
        if case .bool(let flag) = value { return flag }
        note(field, .wrongType, "Expected true or false, got \(value.kind).")
        return nil
    }

    /// Whether the field was sent as `null`.
    mutating func isNull(_ field: String) -> Bool { has(field) && value(field) == .null }

    /// `{"per_second": 2.5, "burst": 5}`; the burst may be left out.
    mutating func rateLimit(_ field: String) -> RateLimit? {
        object(field) { inner -> RateLimit? in
            let perSecond = inner.decimal("per_second", RateLimit.rateRange)
            let range = RateLimit.burstRange
            let burst =
                inner.has("burst") ? inner.integer("burst", Int64(range.lowerBound)...Int64(range.upperBound)) : nil
            return perSecond.map { RateLimit(perSecond: $0, burst: burst.map { Int($0) }) }
        }
    }

    /// A number, whole or not, within the range.
    mutating func decimal(_ field: String, _ range: ClosedRange<Double>) -> Double? {
        guard let value = value(field) else { return nil }
        let number: Double?
        switch value {
        case .integer(let whole): number = Double(whole)
        case .number(let text): number = Double(text)
        default:
            note(field, .wrongType, "Expected a number, got \(value.kind).")
            return nil
        }
        if let number, range.contains(number) { return number }
        note(field, .outOfRange, "Expected a number from \(range.lowerBound) to \(range.upperBound).")
        return nil
    }
}
