import ArgumentParser
import JobQueue

/// Stops claiming.
struct QueuesPause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Stop starting jobs of a queue; new ones go on being accepted.")

    @Argument(help: "The queue's name.", transform: JobArguments.queue)
    var queue: QueueName

    func run() async throws { try await QueueSwitch.set(queue, isPaused: true) }
}
