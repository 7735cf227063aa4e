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

    /// Runs jobs that were stored under a former name as the kind of today. Each kind is registered before; a name that
    /// no kind has, or one that is taken, is a programming error.
    public mutating func alias(_ former: String, of name: String) {
        guard let kind = kinds[name] else { preconditionFailure("no handler is registered for \(name)") }
        precondition(kinds[former] == nil && JobKind.isValid(former), "\(former) cannot be another name of \(name)")
        kinds[former] = kind
    }

    subscript(name: String) -> JobKind? { kinds[name] }

    /// Names and newest known versions of the kinds of one queue.
    func kinds(of queue: QueueName) -> [String: Int] {
        kinds.filter { $0.value.queue == queue }.mapValues(\.version)
    }
}
