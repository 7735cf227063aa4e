import ArgumentParser
import Domain
import Storage

/// Ends a break on a person's word.
struct PaymentsResolve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Say that a break has been dealt with. It is not opened again, and nothing more is done about it."
    )

    @Argument(help: "The break's id.", transform: BreakArguments.id)
    var id: ReconciliationBreak.ID

    @Option(help: "What was done about it.")
    var note: String

    func validate() throws {
        guard (1...1000).contains(note.count) else { throw ValidationError("--note: expected 1 to 1000 characters.") }
    }

    func run() async throws {
        try await Services.use { services in
            let entry = OperatorLog.entry(
                "reconciliation.resolved", "reconciliation_break", id.description, details: ["note": note])
            guard
                let known = try await services.reconciliations.resolve(
                    id, note: note, by: OperatorLog.actor, noting: entry)
            else {
                throw Failure("There is no break \(id).", advice: "List them with: cartwright payments breaks")
            }
            Terminal.write("The break \(id) is \(known.status.rawValue).")
        }
    }
}
