import ArgumentParser

/// The program the conformance suite kills, stops and cuts off: a worker whose jobs do what their payload says, and an
/// enqueuer of such jobs. Every run of a handler leaves its lines in a log that outlives the process.
///
/// `DATABASE_URL`, `REDIS_URL`, `KEY_PREFIX` and `RUN_LOG` say where everything is.
@main
struct Program: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ConformanceWorker", abstract: "Runs or enqueues the jobs of the conformance suite.",
        subcommands: [Work.self, Enqueue.self, Count.self])
}
