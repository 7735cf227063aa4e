import ArgumentParser

/// The queues that jobs wait in.
struct Queues: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See queues, pause or resume them, set their limits.",
        subcommands: [QueuesList.self, QueuesPause.self, QueuesResume.self, QueuesSet.self],
        defaultSubcommand: QueuesList.self)
}
