import ArgumentParser
import Arithmetic
import Bootstrap
import Domain
import Foundation
import JobQueue
import Postgres
import Storage

/// Compares the provider's books with ours now.
struct PaymentsReconcile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Let a worker compare the books of the payment provider with ours now, and tell how far it is.",
        discussion: """
            Exit code 3 when breaks are open afterwards. Money of orders that the database does not know is left alone for 15 minutes, in \
            case this is the wrong database; after a restore, once you are certain, --without-delay gives it back at once.
            """)

    @Option(
        help: "Compare what the provider made since then: a length of time such as 30m, 2h or 7d, or a time.",
        transform: JobArguments.since
    )
    var since = Date(timeIntervalSinceNow: -2 * 3600)

    @Flag(
        help:
            "Also deal with what is so young that it may be work under way, or of an order that the database does not know."
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
