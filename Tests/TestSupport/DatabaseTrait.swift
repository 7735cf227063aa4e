package import Postgres
package import Testing

/// Gives a suite a fresh database, shared by its tests and dropped at the end: `@Suite(.database())`.
package struct DatabaseTrait: SuiteTrait, TestScoping {
    let migrations: @Sendable () throws -> [MigrationSet]
    let poolSize: Int

    /// Called by the testing library, once around the whole suite.
    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await TestDatabase.with(migrations: try migrations(), poolSize: poolSize) { _ in try await function() }
    }
}

extension Trait where Self == DatabaseTrait {
    /// A fresh database for the suite, with migrations applied.
    package static func database(
        poolSize: Int = 4, migrations: @escaping @Sendable @autoclosure () throws -> [MigrationSet] = []
    ) -> DatabaseTrait {
        DatabaseTrait(migrations: migrations, poolSize: poolSize)
    }
}
