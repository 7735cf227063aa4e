/// The kinds a worker process understands, each with its handler.
public struct JobRegistry: Sendable {
    private var entries: [String: Entry] = [:]

    /// An empty registry.
    public init() {}

    /// Adds a handler. Registering two for one kind is a programming error.
    public mutating func register<Handler: JobHandler>(_ handler: Handler) {
        let kind = Handler.Kind.self
        precondition(entries[kind.name] == nil, "two handlers are registered for \(kind.name)")
        entries[kind.name] = Entry(
            queue: kind.queue, retry: kind.retry, timeLimit: kind.timeLimit, version: kind.version
        ) { payload, context in
            try await handler.run(try JobPayload.decode(kind, from: payload), in: context)
        }
    }

    subscript(name: String) -> Entry? { entries[name] }

    /// Names and newest known versions of the kinds of one queue.
    func kinds(of queue: QueueName) -> [String: Int] {
        entries.filter { $0.value.queue == queue }.mapValues(\.version)
    }

    struct Entry: Sendable {
        let queue: QueueName
        let retry: RetryPolicy
        let timeLimit: Duration
        let version: Int
        let run: @Sendable ([UInt8], JobContext) async throws -> Void
    }
}
