import ArgumentParser

/// The exchange rates that prices are converted with.
struct Rates: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See exchange rates, decide about sets that moved too far, ask for newer ones.",
        subcommands: [RatesList.self, RatesApprove.self, RatesReject.self, RatesRefresh.self],
        defaultSubcommand: RatesList.self)
}
