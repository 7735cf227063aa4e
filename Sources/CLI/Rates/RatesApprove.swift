import ArgumentParser
import Domain
import Storage

/// Takes a held set over.
struct RatesApprove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Convert prices with a set that moved too far to be taken over by itself.")

    @Argument(help: "The set's id.", transform: RateArguments.id)
    var id: RateSet.ID

    func run() async throws {
        try await Services.use { services in
            let entry = OperatorLog.entry("rates.approved", "rate_set", id.description)
            switch try await services.rates.approve(id, noting: entry) {
            case .approved: Terminal.write("The set \(id) is in use.")
            case .outdated(let date):
                throw Failure(
                    "The rates in use are of \(date), newer than this set.",
                    advice: "Rates never go back; reject the set.")
            case .notHeld: throw RateArguments.notHeld(id)
            }
        }
    }
}
