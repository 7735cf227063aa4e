import Domain
import Hummingbird
import JobQueue
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
        let job = try await change("job.cancelled", context) { _ = try await $0.cancel($1) }
        try await leaveEvents(context)
        return try JSONResponse.response(JobDocument(job, isDetailed: true), status: .accepted)
    }

    /// Whoever discards a job that leaves something undone is told so first, and asks again with `?confirm=true`.
    private func confirm(_ request: Request, _ context: ShopContext) async throws {
        var query = RequestQuery(request)
        let isConfirmed = query.flag("confirm") ?? false
        try query.finish()
        guard !isConfirmed, let job = try await jobs.show(try id(context)), let remains = try await remains.of(job)
        else { return }
        throw Problem.leavesBehind([remains], confirming: "ask again with ?confirm=true")
    }

    /// Events that are left behind count as ignored by whoever discarded their jobs.
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
