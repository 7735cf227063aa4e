import ArgumentParser
import Domain
import Storage

/// Differences between the provider's books and ours.
struct PaymentsBreaks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "breaks",
        abstract: "List where the books of the payment provider and ours differ, the latest first.")

    @Option(help: "Only breaks of this kind.")
    var kind: BreakKind?

    @Option(help: "Breaks in this state.")
    var status: ReconciliationBreak.Status = .open

    @Flag(help: "Breaks in every state.")
    var all = false

    @Option(help: "How many, 1 to 100.")
    var limit = 50

    @Option(help: "Where to go on: what the page before ended with.")
    var cursor: String?

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func validate() throws {
        guard (1...100).contains(limit) else { throw ValidationError("--limit: expected a number from 1 to 100.") }
    }

    func run() async throws {
        let page = try await Services.use { services in
            try await services.reconciliations.breaks(
                status: all ? nil : status, kind: kind, page: PageRequest(limit: limit, cursor: cursor))
        }
        if json {
            try Terminal.writeJSON(BreakListDocument(page))
            return
        }
        if page.items.isEmpty {
            Terminal.write("No break matches.")
        } else {
            Terminal.write(Self.table(of: page.items))
        }
        if let cursor = page.nextCursor { Terminal.write("\nMore: add --cursor \(cursor)") }
    }

    static func table(of breaks: [ReconciliationBreak]) -> Table {
        var table = Table([
            .text("id"), .text("kind"), .text("status"), .text("found"), .text("provider's id"), .text("order"),
            .number("amount"),
            .wide("what"),
        ])
        for item in breaks {
            table.add([
                item.id.description, item.kind.rawValue, item.status.rawValue, TimeText.moment(item.foundAt),
                item.providerID,
                item.orderID?.description ?? "–", item.amount?.description ?? "–", item.note ?? item.reason,
            ])
        }
        return table
    }
}
