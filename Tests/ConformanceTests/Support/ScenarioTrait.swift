import Testing

/// Marks a test as a scenario of the conformance list: gives it a ``ScenarioReport``, in which every issue leaves its
/// mark.
struct ScenarioTrait: TestTrait, TestScoping {
    let number: Int

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let report = ScenarioReport(number, promise: promise(of: test))
        defer { report.close() }
        let watch = IssueHandlingTrait.compactMapIssues { issue in
            report.fail()
            return issue
        }
        do {
            try await watch.provideScope(for: test, testCase: testCase) {
                try await ScenarioReport.$current.withValue(report) { try await function() }
            }
        } catch {
            report.fail()
            throw error
        }
    }

    /// The display name without the number in front.
    private func promise(of test: Test) -> String {
        let name = test.displayName ?? test.name
        return name.split(separator: " · ", maxSplits: 1).last.map(String.init) ?? name
    }
}

extension Trait where Self == ScenarioTrait {
    /// Scenario number `number` of the list in docs/proofs.md.
    static func scenario(_ number: Int) -> ScenarioTrait { ScenarioTrait(number: number) }
}

/// Scenarios whose promise is a rate or a latency. `make test-chaos` runs them one at a time, with nothing beside them.
@Suite("Measured")
enum Measured {}
