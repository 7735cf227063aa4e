import ArgumentParser
import JobQueue

/// Starts claiming again.
struct QueuesResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "resume", abstract: "Start jobs of a queue again.")

    @Argument(help: "The queue's name.", transform: JobArguments.queue)
    var queue: QueueName

    func run() async throws { try await QueueSwitch.set(queue, isPaused: false) }
}
