import Bootstrap
import JobQueue
import Storage

/// Stops or starts the claiming of jobs of one queue.
enum QueueSwitch {
    /// - Throws: ``Failure`` for a queue that does not exist.
    static func set(_ queue: QueueName, isPaused: Bool) async throws {
        try await Services.use { services in
            try await requireKnown(queue, services)
            let entry = OperatorLog.entry(isPaused ? "queue.paused" : "queue.resumed", "queue", queue.rawValue)
            let inspector = services.inspector.noting { [try AuditLog.insertion(of: entry.with($0, only: ["paused"]))] }
            try await isPaused ? inspector.pause(queue) : inspector.resume(queue)
            Terminal.write(isPaused ? "\(queue) is paused; running jobs finish." : "\(queue) is open.")
        }
    }
    /// - Throws: ``Failure`` for a queue that does not exist, so that a slip of the keyboard does not look like
    ///   success.
    static func requireKnown(_ queue: QueueName, _ services: Services) async throws {
        let known = try await services.inspector.queues(known: ShopQueue.names).map(\.queue)
        guard known.contains(queue) else {
            throw Failure(
                "There is no queue named \(queue).", advice: "Queues: " + known.map(\.rawValue).joined(separator: ", "))
        }
    }
}
