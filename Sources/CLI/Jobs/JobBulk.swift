import JobQueue

/// Changes many dead letters, telling how far it is.
enum JobBulk {
    /// How many jobs lie between two lines about it.
    private static let distance = 10_000

    /// - Parameter outcome: what is said of them: `will run again`.
    static func run(_ action: BulkAction, _ selection: JobSelection, outcome: String, with services: Services) async throws {
        var progress = BulkProgress()
        var told = 0
        do {
            let filter = selection.conditions.filter(state: selection.state)
            for try await step in try services.inspector.change(action, matching: filter) {
                progress = step
                if progress.changed + progress.left >= told + distance {
                    told = progress.changed + progress.left
                    Terminal.writeError("\(told) so far")
                }
            }
        } catch {
            // What was done until then is done.
            try? await note(action, selection, progress, services)
            throw error
        }
        try await note(action, selection, progress, services)
        let left = progress.left > 0 ? "; \(counted(progress.left, "job")) left as before" : ""
        Terminal.write("\(counted(progress.changed, "job")) \(outcome)\(left).")
    }

    private static func note(_ action: BulkAction, _ selection: JobSelection, _ progress: BulkProgress, _ services: Services) async throws {
        var details = selection.conditions.details(state: selection.state)
        details["changed"] = String(progress.changed)
        details["left"] = String(progress.left)
        try await services.audit.note(
            action == .retry ? "dead_letters.retried" : "dead_letters.discarded", "dead_letters",
            selection.conditions.queue?.rawValue ?? "all", details: details)
    }
}
