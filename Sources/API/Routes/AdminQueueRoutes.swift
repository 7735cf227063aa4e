import Bootstrap
import Domain
import Hummingbird
import JobQueue
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
        let wish = try QueueSettingsRequest(try await request.fields())
        // A slip of the keyboard must not look like success.
        guard try await status(queue) != nil else { throw Problem.notFound("queue") }
        let entry = AuditEntry(
            actor: .user(user), action: "queue.configured", subjectKind: "queue", subjectID: queue.rawValue,
            remoteAddress: context.remoteAddress, details: ["request_id": context.requestID])
        // What was not sent stays, and is not in the note.
        let names = Set(wish.details.keys)
        try await jobs.noting { [try AuditLog.insertion(of: entry.with($0, only: names))] }.configure(queue) {
            wish.apply(to: &$0)
        }
        guard let status = try await status(queue) else { throw Problem.notFound("queue") }
        return try JSONResponse.response(status)
    }

    private func status(_ queue: QueueName) async throws -> QueueStatus? {
        try await jobs.queues(known: ShopQueue.names).first { $0.queue == queue }
    }
}
