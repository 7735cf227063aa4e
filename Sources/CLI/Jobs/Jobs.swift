import ArgumentParser

/// Background jobs.
struct Jobs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See what happens to jobs, retry, cancel or discard them.",
        discussion: "Without a subcommand: jobs that need attention, dead ones first, with their last error.",
        subcommands: [
            JobsTroubled.self, JobsList.self, JobsShow.self, JobsGroups.self, JobsRetry.self, JobsCancel.self,
            JobsDiscard.self,
        ],
        defaultSubcommand: JobsTroubled.self)
}
