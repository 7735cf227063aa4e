import JobQueue
import Storage

/// Changes many dead letters, telling how far it is.
enum JobBulk {
    /// How many jobs lie between two lines about it.
    private static let distance = 10_000

    /// - Parameter outcome: what is said of them: `will run again`.
    static func run(_ action: BulkAction, _ selection: JobSelection, outcome: String, with services: Services)
        async throws
    {
        var progress = BulkProgress()
        var told = 0
        let filter = selection.conditions.filter(state: selection.state)
        let entry = entry(action, selection)
        // One note for each batch, in its transaction: what was done until an error is done, and noted.
        let inspector = services.inspector.noting { [try AuditLog.insertion(of: entry.with($0))] }
        for try await step in try inspector.change(action, matching: filter) {
            progress = step
            if progress.changed + progress.left >= told + distance {
                told = progress.changed + progress.left
                Terminal.writeError("\(told) so far")
            }
        }
        let left = progress.left > 0 ? "; \(counted(progress.left, "job")) left as before" : ""
        Terminal.write("\(counted(progress.changed, "job")) \(outcome)\(left).")
    }

    private static func entry(_ action: BulkAction, _ selection: JobSelection) -> AuditEntry {
        OperatorLog.entry(
            action == .retry ? "dead_letters.retried" : "dead_letters.discarded", "dead_letters",
            selection.conditions.queue?.rawValue ?? "all", details: selection.conditions.details(state: selection.state)
        )
    }
}
