import ArgumentParser
import Glibc

/// Measures the queue engine through its public API: how fast jobs go in, wait, start and end, and what that costs.
///
/// `Scripts/bench` runs it on private servers; `Scripts/bench-queue` runs it in turn with other queues.
@main
struct QueueBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "QueueBench", abstract: "Measures the queue. Needs DATABASE_URL and REDIS_URL.",
        subcommands: [
            Drain.self, Enqueue.self, Durable.self, Latency.self, Depth.self, Idle.self, DeadLetters.self, Work.self,
        ],
        defaultSubcommand: Drain.self)

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            exit(withError: error)
        }
        // Exit handlers of C libraries would only run into threads that still wind down.
        fflush(nil)
        _exit(0)
    }
}
