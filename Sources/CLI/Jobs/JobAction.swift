import JobQueue
import Storage

/// Does something to several jobs, one after the other: one that refuses does not keep the others from it.
struct JobAction: Sendable {
    /// For the audit log: `job.retried`.
    let name: String
    /// What is said of each: `will run again`.
    let outcome: String
    let perform: @Sendable (JobInspector, JobID) async throws -> Void

    /// - Throws: ``Failure`` when at least one of several jobs refused; why has been written by then. What a single one
    ///   says, and errors of the servers, which end the work at once.
    func run(on ids: [JobID], with services: Services) async throws {
        var refused = 0
        for id in ids {
            do {
                let entry = OperatorLog.entry(name, "job", id.description)
                try await perform(services.inspector.noting { [try AuditLog.insertion(of: entry.with($0))] }, id)
            } catch let error as JobInspectionError where ids.count > 1 {
                refused += 1
                Terminal.writeError("\(error)")
                continue
            }
            Terminal.write("\(id) \(outcome)")
        }
        if refused > 0 { throw Failure("\(refused) of \(counted(ids.count, "job")) left as before.") }
    }
}
