import Domain
import Hummingbird
import JobQueue
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
            PageBody(items: try await jobs.deadGroups(queue: queue, limit: limit), nextCursor: nil))
    }

    /// Goes on batch by batch until as many have been looked at as the client wants, or none is left.
    private func change(_ action: BulkAction, _ request: Request, _ context: ShopContext) async throws -> Response {
        guard let user = context.viewer.user else { throw Problem.unauthorized }
        let wish = try DeadLetterRequest(try await request.fields())
        if action == .discard, !wish.isConfirmed {
            var filter = wish.filter
            filter.state = filter.state ?? .dead
            let survey = try await remains.survey(
                jobs, matching: filter, from: wish.cursor, upTo: min(wish.limit, JobRemains.surveyLimit))
            let told = survey.told(first: 5)
            guard told.isEmpty else {
                throw Problem.leavesBehind(told, confirming: "send \"confirm\": true as well")
            }
        }
        let entry = entry(action, wish, user, context)
        // One for each batch, in its transaction: what was done until an error is done, and noted.
        let noting = jobs.noting { [try AuditLog.insertion(of: entry.with($0))] }
        var progress = BulkProgress()
        for try await step in try noting.change(action, matching: wish.filter, from: wish.cursor) {
            progress = step
            if progress.changed + progress.left >= wish.limit { break }
        }
        if action == .discard { try await webhooks.ignoreAbandoned(note: "Its job was discarded.", by: .user(user)) }
        return try JSONResponse.response(BulkProgressBody(progress: progress))
    }

    private func entry(_ action: BulkAction, _ wish: DeadLetterRequest, _ user: User.ID, _ context: ShopContext)
        -> AuditEntry
    {
        AuditEntry(
            actor: .user(user), action: action == .retry ? "dead_letters.retried" : "dead_letters.discarded",
            subjectKind: "dead_letters",
            subjectID: wish.filter.queue?.rawValue ?? "all", remoteAddress: context.remoteAddress,
            details: wish.details.merging(["request_id": context.requestID]) { own, _ in own })
    }
}
