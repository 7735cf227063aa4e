/// The kinds a worker process understands, each with its handler.
public struct JobRegistry: Sendable {
    private var kinds: [String: JobKind] = [:]

    /// An empty registry.
    public init() {}

    /// Adds a handler. Registering two for one kind, or one for a kind whose name is malformed, is a programming error.
    public mutating func register<Handler: JobHandler>(_ handler: Handler) {
        let kind = JobKind(handler)
        precondition(kinds[kind.name] == nil, "two handlers are registered for \(kind.name)")
        kinds[kind.name] = kind
    }

    subscript(name: String) -> JobKind? { kinds[name] }

    /// Names and newest known versions of the kinds of one queue.
    func kinds(of queue: QueueName) -> [String: Int] {
        kinds.filter { $0.value.queue == queue }.mapValues(\.version)
    }
}
