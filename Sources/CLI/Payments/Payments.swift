import ArgumentParser
import Arithmetic
import Bootstrap
package import Domain
import Foundation
import JobQueue
import Postgres
package import Storage

/// The payment provider's books beside ours.
struct Payments: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: """
            See where the books of the payment provider and ours differ, compare them now, say what was done about a \
            difference; list events of the provider, and replay or ignore those that no operator has acted on.
            """,
        subcommands: [
            PaymentsBreaks.self, PaymentsReconcile.self, PaymentsResolve.self, PaymentsEvents.self, PaymentsReplay.self,
            PaymentsIgnore.self,
        ], defaultSubcommand: PaymentsBreaks.self)
}

/// Compares the provider's books with ours now.
struct PaymentsReconcile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Let a worker compare the books of the payment provider with ours now, and tell how far it is.",
        discussion: """
            Exit code 3 when breaks are open afterwards. Payments of orders that the database does not know are left \
            alone for 15 minutes, in case this is the wrong database; after a restore, once you are certain, \
            --without-delay refunds them at once.
            """)

    @Option(
        help: "Compare what the provider made since then: a length of time such as 30m, 2h or 7d, or a time.",
        transform: JobArguments.since
    )
    var since = Date(timeIntervalSinceNow: -2 * 3600)

    @Flag(
        help: """
            Also deal with what is so young that it may be work under way, or of an order that the database does not \
            know.
            """
    )
    var withoutDelay = false

    @Flag(help: "Do not wait for the worker.")
    var noWait = false

    func run() async throws {
        try await Services.use { services in
            let job = try JobLedger.insertion(of: ReconcilePayments(.since(since), isHurried: withoutDelay))
            try await services.database.execute(job.statement)
            await services.connections.dispatcher.push([job])
            try await services.audit.note(
                "payments.reconciled", "job", job.id.description,
                details: ["since": TimeText.stamp(since), "without_delay": "\(withoutDelay)"])
            if noWait {
                Terminal.write("Job \(job.id) is on its way; see it with: cartwright jobs show \(job.id)")
                return
            }
            Terminal.write(try await Self.end(of: job.id, with: services))
            let open = try await services.reconciliations.openCounts().values.reduce(0, +)
            guard open > 0 else { return Terminal.write("The books agree.") }
            throw Failure(
                "\(counted(open, "break")) \(open == 1 ? "is" : "are") open.",
                advice: "See them with: cartwright payments breaks",
                status: .differences)
        }
    }

    /// Waits for the job, telling how far it is when that changes, and answers what it came to.
    private static func end(of id: JobID, with services: Services) async throws -> String {
        var told = ""
        var waited = 0
        while true {
            guard let job = try await services.inspector.show(id) else { throw JobInspectionError.notFound(id) }
            switch job.state {
            case .done: return job.progress?.message ?? "done"
            case .dead, .discarded, .parked:
                throw Failure(
                    "The comparison failed: \(job.errors.last?.message ?? job.reason ?? job.state.rawValue).",
                    advice: "See the job with: cartwright jobs show \(id)")
            case .ready, .running: break
            }
            if let message = job.progress?.message, message != told {
                Terminal.writeError("\(Int(saturating: (job.progress?.fraction ?? 0) * 100)) %: \(message)")
                told = message
            }
            waited += 1
            if waited == 50, job.startedAt == nil {
                Terminal.writeError(
                    "Still waiting for a worker that serves the queue `\(ReconcilePayments.queue)`; is one running?")
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}

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
            try Terminal.writeJSON(PageDocument(items: page.items.map(BreakDocument.init), nextCursor: page.nextCursor))
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

extension BreakKind: ExpressibleByArgument {}
extension ReconciliationBreak.Status: ExpressibleByArgument {}

/// What the commands about breaks have in common.
enum BreakArguments {
    static func id(_ text: String) throws -> ReconciliationBreak.ID {
        guard let id = ReconciliationBreak.ID(text) else {
            throw ValidationError("expected a break's id, a UUID; `cartwright payments breaks` lists them.")
        }
        return id
    }
}
