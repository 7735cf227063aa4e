/// Repeats something, so many at a time; returns all answers. What waits most of the time can do so side by side.
func inBatches<Value: Sendable>(
    of width: Int, _ count: Int, _ body: @escaping @Sendable () async throws -> Value
) async throws -> [Value] {
    try await withThrowingTaskGroup(of: Value.self) { group in
        var started = 0
        while started < min(width, count) {
            group.addTask { try await body() }
            started += 1
        }
        var answers: [Value] = []
        while let answer = try await group.next() {
            answers.append(answer)
            if started < count {
                group.addTask { try await body() }
                started += 1
            }
        }
        return answers
    }
}
