import ArgumentParser
import Domain
import Foundation
import Storage

/// The rates in use and the sets that wait.
struct RatesList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the rates in use, and the sets that moved too far and wait for a decision."
    )

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func run() async throws {
        let status = try await Services.use { services in try await services.rates.status() }
        if json {
            try Terminal.writeJSON(RateDocument(status))
            return
        }
        Terminal.write(Self.facts(of: status))
        if let set = status.current?.set {
            Terminal.write("")
            var table = Table([.text("currency"), .number("for one \(set.base)")])
            for (currency, rate) in set.rates.sorted(by: { $0.key < $1.key }) {
                table.add([currency.code, rate.description])
            }
            Terminal.write(table)
        }
        guard !status.held.isEmpty else { return }
        Terminal.write("\nWaiting for a decision (cartwright rates approve|reject <id>):")
        var table = Table([.text("id"), .text("date"), .text("source"), .text("came"), .wide("moved")])
        for held in status.held {
            table.add([
                held.set.id.description, held.set.date.description, held.set.source, TimeText.moment(held.fetchedAt),
                status.moves(of: held).map(\.description).joined(separator: ", "),
            ])
        }
        Terminal.write(table)
    }

    private static func facts(of status: RateStatus) -> FactSheet {
        var facts = FactSheet()
        guard let current = status.current else {
            facts.add("Rates", "none yet")
            return facts
        }
        facts.add("Set", current.set.id.description)
        facts.add("Date", "\(current.set.date)\(status.ageDays.map { ", \(counted($0, "day")) old" } ?? "")")
        facts.add("Source", current.set.source)
        facts.add("Came", TimeText.moment(current.fetchedAt))
        facts.add("Checked", TimeText.moment(current.checkedAt))
        return facts
    }
}
