import ArgumentParser
import JobQueue
import Redis
import Storage

/// Runs jobs again.
struct JobsRetry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Run dead, parked or waiting jobs again at once; with --all, every dead one that matches.",
        discussion: "A job keeps its id, and with it the keys that keep payments and emails from happening twice.")

    @OptionGroup var selection: JobSelection

    func run() async throws {
        try await Services.use { services in
            // The push goes out only over a connection that stands. Without one a worker's sweep finds the job in the
            // ledger.
            let isRedisThere = (try? await services.redis.send(RedisCommand("PING"))) != nil
            if selection.all {
                try await JobBulk.run(.retry, selection, outcome: "will run again", with: services)
            } else {
                let action = JobAction(name: "job.retried", outcome: "will run again") { inspector, id in
                    try await inspector.retry(id)
                }
                try await action.run(on: selection.ids, with: services)
            }
            if !isRedisThere { Terminal.writeError("Redis is away; the jobs run as soon as it is back.") }
        }
    }
}

/// Gives jobs up.
struct JobsDiscard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract:
            "Give up dead, parked or waiting jobs, with --all every dead one that matches; the ledger keeps "
            + "them as discarded."
    )

    @OptionGroup var selection: JobSelection

    @Flag(
        help: "Discard them although something is left undone; without it the command says what, and changes nothing.")
    var confirm = false

    func run() async throws {
        try await Services.use { services in
            if !confirm {
                let survey = try await Self.survey(selection, with: services)
                let told = survey.told(first: 20)
                if !told.isEmpty {
                    for sentence in told { Terminal.writeError(sentence) }
                    throw Failure(
                        "\(counted(survey.sentences.count, "job")) would leave something undone. Nothing was changed.",
                        advice: "To discard all the same, add --confirm.")
                }
            }
            if selection.all {
                try await JobBulk.run(.discard, selection, outcome: "discarded", with: services)
            } else {
                let action = JobAction(name: "job.discarded", outcome: "is discarded") { inspector, id in
                    try await inspector.discard(id)
                }
                try await action.run(on: selection.ids, with: services)
            }
            try await services.webhooks.ignoreAbandoned(note: "Its job was discarded.", by: OperatorLog.actor)
        }
    }

    /// What is left undone.
    private static func survey(
        _ selection: JobSelection, with services: Services
    ) async throws -> JobRemains.Survey {
        if selection.all {
            let filter = selection.conditions.filter(state: selection.state)
            return try await services.remains.survey(services.inspector, matching: filter)
        }
        var jobs: [JobDetail] = []
        for id in selection.ids { if let job = try await services.inspector.show(id) { jobs.append(job) } }
        return try await services.remains.survey(jobs)
    }
}

/// Ends jobs that run.
struct JobsCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "End running jobs; waiting ones are discarded.",
        discussion:
            "A worker hears of it within a second and cancels the job's task. The job is dead then, and can be retried."
    )

    @Argument(help: "The jobs' ids.", transform: JobArguments.id)
    var ids: [JobID]

    func run() async throws {
        let action = JobAction(name: "job.canceled", outcome: "is canceled") { inspector, id in
            _ = try await inspector.cancel(id)
        }
        try await Services.use { services in try await action.run(on: ids, with: services) }
    }
}

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
