import ArgumentParser
import Domain
import Storage

/// Turns a held set down.
struct RatesReject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Turn a set down that moved too far. The same rates are not held again.")

    @Argument(help: "The set's id.", transform: RateArguments.id)
    var id: RateSet.ID

    func run() async throws {
        try await Services.use { services in
            let entry = OperatorLog.entry("rates.rejected", "rate_set", id.description)
            guard try await services.rates.reject(id, noting: entry) else { throw RateArguments.notHeld(id) }
            Terminal.write("The set \(id) is turned down; the rates in use stay.")
        }
    }
}
