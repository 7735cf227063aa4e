import Domain
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import JobQueue
import Resilience
import Storage

/// What operators do with jobs. Every change goes to the audit log.
struct AdminJobRoutes {
    let jobs: JobInspector
    let remains: JobRemains
    let webhooks: WebhookStore

    func add(to routes: inout Routes) {
        routes.get("admin/jobs", audience: .support, limit: .admin, use: list)
        routes.get("admin/jobs/{id}", audience: .support, limit: .admin, use: show)
        routes.post("admin/jobs/{id}/retry", audience: .operators, limit: .admin, use: retry)
        routes.post("admin/jobs/{id}/cancel", audience: .operators, limit: .admin, use: cancel)
        routes.delete("admin/jobs/{id}", audience: .operators, limit: .admin, use: discard)
    }

    @Sendable func list(_ request: Request, _ context: ShopContext) async throws -> Response {
        var query = RequestQuery(request)
        let filter = query.jobFilter()
        let limit = query.limit()
        let cursor = query.jobCursor()
        try query.finish()
        guard cursor?.belongs(to: filter) ?? true else { throw Problem.invalidCursor }
        return try JSONResponse.response(
            JobPageDocument(try await jobs.list(filter, limit: limit, after: cursor), isDetailed: false))
    }

    @Sendable func show(_ request: Request, _ context: ShopContext) async throws -> Response {
        guard let job = try await jobs.show(try id(context)) else { throw Problem.notFound("job") }
        return try JSONResponse.response(JobDocument(job, isDetailed: true, remains: try await remains.of(job)))
    }

    @Sendable func retry(_ request: Request, _ context: ShopContext) async throws -> Response {
        let job = try await change("job.retried", context) { try await $0.retry($1) }
        return try JSONResponse.response(JobDocument(job, isDetailed: true), status: .accepted)
    }

    @Sendable func discard(_ request: Request, _ context: ShopContext) async throws -> Response {
        try await confirm(request, context)
        _ = try await change("job.discarded", context) { try await $0.discard($1) }
        try await leaveEvents(context)
        return Response(status: .noContent)
    }

    @Sendable func cancel(_ request: Request, _ context: ShopContext) async throws -> Response {
        // One that waits is discarded.
        try await confirm(request, context)
        let job = try await change("job.canceled", context) { _ = try await $0.cancel($1) }
        try await leaveEvents(context)
        return try JSONResponse.response(JobDocument(job, isDetailed: true), status: .accepted)
    }

    /// A caller that discards a job that leaves something undone is told so first, and asks again with `?confirm=true`.
    private func confirm(_ request: Request, _ context: ShopContext) async throws {
        var query = RequestQuery(request)
        let isConfirmed = query.flag("confirm") ?? false
        try query.finish()
        guard !isConfirmed, let job = try await jobs.show(try id(context)), let remains = try await remains.of(job)
        else { return }
        throw Problem.leavesBehind([remains], confirming: "ask again with ?confirm=true")
    }

    /// Events that are left behind count as ignored by the operator that discarded their jobs.
    private func leaveEvents(_ context: ShopContext) async throws {
        guard let user = context.viewer.user else { return }
        try await webhooks.ignoreAbandoned(note: "Its job was discarded.", by: .user(user))
    }

    /// Carries out a change, and records it with the state before in its transaction. The job as it is afterwards, or
    /// was before it vanished.
    private func change(
        _ action: String, _ context: ShopContext, _ body: (JobInspector, JobID) async throws -> Void
    ) async throws -> JobDetail {
        let id = try id(context)
        guard let before = try await jobs.show(id), let user = context.viewer.user else {
            throw Problem.notFound("job")
        }
        let entry = AuditEntry(
            actor: .user(user), action: action, subjectKind: "job", subjectID: id.description,
            remoteAddress: context.remoteAddress,
            details: ["job": before.name, "request_id": context.requestID])
        do {
            try await body(jobs.noting { [try AuditLog.insertion(of: entry.with($0))] }, id)
        } catch let error as JobInspectionError {
            throw Problem(error)
        }
        return try await jobs.show(id) ?? before
    }

    private func id(_ context: ShopContext) throws -> JobID {
        guard let id = JobID(try context.parameters.require("id")) else { throw Problem.notFound("job") }
        return id
    }
}

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

/// Problems of looking after jobs.
extension Problem {
    /// What would be left undone is told first; a caller that asks again with `confirm=true` knows.
    static func leavesBehind(_ remains: [String], confirming how: String) -> Problem {
        var problem = Problem(
            "job_leaves_behind", .conflict, "Something is left undone",
            remains.joined(separator: " ") + " Nothing was changed. To discard it all the same, \(how).")
        problem.lists["leaves_behind"] = remains
        return problem
    }

    init(_ error: JobInspectionError) {
        switch error {
        case .notFound: self = .notFound("job")
        case .uniqueKeyTaken: self = Problem("unique_key_taken", .conflict, "Unique key taken", "The \(error).")
        case .notInBulk: self = .invalid("state", .invalidFormat, "Expected dead or parked.")
        case .foreignCursor: self = .invalidCursor
        case .wrongState, .notCancelable:
            self = Problem("job_not_changeable", .conflict, "Job not changeable", "The \(error).")
        }
    }
}
