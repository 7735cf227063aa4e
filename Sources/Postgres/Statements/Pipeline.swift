/// What can travel in a pipeline: a ``Query``, a ``QueryGroup``, a bare ``SQL`` whose answer is dropped, an array of
/// members, and an optional member, which sends nothing when it is nil.
///
/// A type that stands for statements with a meaning of its own conforms too, and throws from ``output(from:)`` when the
/// answer is not what it must be: inside a transaction that rolls everything back.
public protocol PipelineMember<Output>: Sendable {
    /// What the answers are read as.
    associatedtype Output

    /// Adds the member's statements, in order.
    func append(to statements: inout [SQL])

    /// Takes one result for each statement that was added, and reads them.
    func output(from results: inout PipelineResults) throws -> Output
}

/// The results of a pipeline on their way to its members, each taken once and in order.
public struct PipelineResults {
    private let results: [PostgresResult]
    /// Which statement the next result belongs to, counted from 0.
    private(set) var position = 0

    init(_ results: [PostgresResult]) {
        self.results = results
    }

    /// The next result.
    /// - Throws: ``PostgresError/Code/decoding`` when a member takes more results than it added statements.
    public mutating func next() throws(PostgresError) -> PostgresResult {
        guard results.indices.contains(position) else {
            throw PostgresError(.decoding, "a member of a pipeline takes more results than it added statements")
        }
        defer { position += 1 }
        return results[position]
    }
}

extension SQL: PipelineMember {
    /// Adds itself.
    public func append(to statements: inout [SQL]) {
        statements.append(self)
    }

    /// Drops its result.
    public func output(from results: inout PipelineResults) throws(PostgresError) {
        _ = try results.next()
    }
}

extension Array: PipelineMember where Element: PipelineMember {
    /// Adds all elements' statements.
    public func append(to statements: inout [SQL]) {
        for element in self { element.append(to: &statements) }
    }

    /// One output for each element. Throws what the first of them throws that cannot be read.
    public func output(from results: inout PipelineResults) throws -> [Element.Output] {
        var outputs: [Element.Output] = []
        outputs.reserveCapacity(count)
        for element in self { outputs.append(try element.output(from: &results)) }
        return outputs
    }
}

extension Optional: PipelineMember where Wrapped: PipelineMember {
    /// Adds the statements of what is there.
    public func append(to statements: inout [SQL]) {
        self?.append(to: &statements)
    }

    /// Nil where nothing was sent. Throws what the member throws.
    public func output(from results: inout PipelineResults) throws -> Wrapped.Output? {
        try self?.output(from: &results)
    }
}
