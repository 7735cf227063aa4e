import FoundationEssentials
import Logging
import Storage
import TestSupport
import Testing

@testable import JobQueue
@testable import Worker

@Suite("Jobs that wait under a former name of their kind still run", .timeLimit(.minutes(1)))
struct FormerJobNamesTests {
    /// Counts what it is asked to invalidate.
    private struct Counting: JobHandler {
        let log: ScriptLog<InvalidateProducts>
        func run(_ job: InvalidateProducts, in context: JobContext) async throws { log.note(job) }
    }

    @Test("the worker runs them by the handler of today, and says so once")
    func run() async throws {
        let (log, said) = (ScriptLog<InvalidateProducts>(), ErrorLog())
        var registry = JobRegistry()
        registry.register(Counting(log: log))
        registry.alias("cache.invalidate-products", of: InvalidateProducts.name)
        var logger = said.logger
        logger.logLevel = .warning
        let interceptor = FormerNameInterceptor()
        for name in [InvalidateProducts.name, "cache.invalidate-products", "cache.invalidate-products"] {
            let kind = try #require(registry[name])
            #expect(kind.name == InvalidateProducts.name)
            let context = JobContext.firstAttempt(of: name, in: InvalidateProducts.queue, logger: logger)
            try await interceptor.intercept(context) {
                try await kind.run(Array(#"{"productIDs":[]}"#.utf8)[...], context)
            }
        }
        #expect(log.entries.count == 3)
        #expect(said.messages.count == 1)
        #expect(registry.kinds(of: InvalidateProducts.queue).count == 2, "the queue asks for both names")
    }

    @Test("no former name is a name of today, and each leads to one")
    func table() {
        for (former, name) in FormerJobNames.table {
            #expect(FormerJobNames.table[name] == nil)
            #expect(FormerJobNames.current(former) == name && FormerJobNames.current(name) == name)
        }
    }
}
