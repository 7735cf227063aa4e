import ArgumentParser

/// Background jobs.
struct Jobs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See what happens to jobs, retry or discard them.",
        discussion: "Without a subcommand: jobs that need attention, dead ones first, with their last error.",
        subcommands: [JobsTroubled.self, JobsList.self, JobsShow.self, JobsRetry.self, JobsDiscard.self],
        defaultSubcommand: JobsTroubled.self)
}
