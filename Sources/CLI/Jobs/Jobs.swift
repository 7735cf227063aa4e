import ArgumentParser
import Foundation
import JobQueue
import Storage

/// Background jobs.
struct Jobs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See what happens to jobs, retry, cancel or discard them.",
        discussion: "Without a subcommand: jobs that need attention, dead ones first, with their last error.",
        subcommands: [
            JobsAttention.self, JobsList.self, JobsShow.self, JobsGroups.self, JobsRetry.self, JobsCancel.self,
            JobsDiscard.self,
        ],
        defaultSubcommand: JobsAttention.self)
}

/// Jobs by state, queue, kind, text and time.
struct JobsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List jobs, newest first.")

    @Option(help: "Only jobs in this state.")
    var state: JobState?

    @OptionGroup var conditions: JobConditions

    @Option(help: "How many, 1 to 200.")
    var limit = 50

    @Option(help: "Where to go on: what the page before ended with.", transform: JobArguments.cursor)
    var cursor: JobCursor?

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func validate() throws {
        guard (1...200).contains(limit) else { throw ValidationError("--limit: expected a number from 1 to 200.") }
    }

    func run() async throws {
        let page = try await Services.use { services in
            try await services.inspector.list(conditions.filter(state: state), limit: limit, after: cursor)
        }
        if json {
            try Terminal.writeJSON(JobPageDocument(page, isDetailed: true))
            return
        }
        if page.items.isEmpty {
            Terminal.write(page.isCut ? "No job matches so far." : "No job matches.")
        } else {
            Terminal.write(JobTable.table(of: page.items))
        }
        guard let cursor = page.nextCursor else { return }
        if page.isCut { Terminal.write("\nThe newest \(JobInspector.examined) jobs that could match were looked at.") }
        Terminal.write("\nMore: add --cursor \(cursor)")
    }
}

/// What an operator wants to see first: jobs that are dead or parked, and unfinished ones that have failed before.
struct JobsAttention: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attention", abstract: "List dead and parked jobs, and unfinished ones that have failed before.",
        // The name until 0.2.
        aliases: ["troubled"])

    @Option(help: "How many of each state, 1 to 200.")
    var limit = 50

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func validate() throws {
        guard (1...200).contains(limit) else { throw ValidationError("--limit: expected a number from 1 to 200.") }
    }

    func run() async throws {
        let (jobs, isCut) = try await Services.use { services in try await attention(services.inspector) }
        if json {
            try Terminal.writeJSON(
                JobPageDocument(JobPage(items: jobs, nextCursor: nil, isCut: isCut), isDetailed: true))
            return
        }
        guard !jobs.isEmpty else {
            Terminal.write("No job is in trouble.")
            return
        }
        Terminal.write(JobTable.table(of: jobs))
        if isCut {
            Terminal.write(
                "\nThere are more: use --limit, or page through them with `cartwright jobs list --state dead`.")
        }
        Terminal.write(
            "\nDetails: cartwright jobs show <id>. Again: cartwright jobs retry <id>. Give up: cartwright jobs "
                + "discard <id>."
        )
    }

    private func attention(_ inspector: JobInspector) async throws -> (jobs: [JobDetail], isCut: Bool) {
        var jobs: [JobDetail] = []
        var isCut = false
        for state in [JobState.dead, .parked, .running, .ready] {
            // A job can die or be parked without an error of its own; it needs an operator all the same.
            let needsOperator = state == .dead || state == .parked
            let page = try await inspector.list(
                JobFilter(state: state, hasErrors: needsOperator ? nil : true), limit: limit)
            jobs += page.items
            isCut = isCut || page.nextCursor != nil
        }
        return (jobs, isCut)
    }
}

/// Dead jobs by what their errors have in common.
struct JobsGroups: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "groups", abstract: "Group dead jobs by the fingerprint of their last error, largest groups first."
    )

    @Option(help: "Only jobs of this queue.", transform: JobArguments.queue)
    var queue: QueueName?

    @Option(help: "How many groups, 1 to 200.")
    var limit = 50

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func validate() throws {
        guard (1...200).contains(limit) else { throw ValidationError("--limit: expected a number from 1 to 200.") }
    }

    func run() async throws {
        let groups = try await Services.use { services in
            try await services.inspector.deadGroups(queue: queue, limit: limit)
        }
        if json {
            try Terminal.writeJSON(groups)
            return
        }
        guard !groups.isEmpty else {
            Terminal.write("No job is dead.")
            return
        }
        let now = Date()
        var table = Table([
            .text("fingerprint"), .number("jobs"), .wide("job"), .text("first"), .text("last"), .text("reason"),
            .wide("newest error"),
        ])
        for group in groups {
            table.add([
                group.fingerprint, String(group.count), group.name, TimeText.age(group.firstAt, at: now),
                TimeText.age(group.lastAt, at: now),
                group.reason, [group.code, group.message].compactMap(\.self).joined(separator: ": "),
            ])
        }
        Terminal.write(table)
        Terminal.write("\nAll of a group again: cartwright jobs retry --all --fingerprint <fingerprint>.")
    }
}

/// Everything about one job.
struct JobsShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a job's payload, the error of every attempt, and its times.")

    @Argument(help: "The job's id.", transform: JobArguments.id)
    var id: JobID

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func run() async throws {
        let (job, remains) = try await Services.use { services in
            guard let job = try await services.inspector.show(id) else { throw JobInspectionError.notFound(id) }
            return (job, try await services.remains.of(job))
        }
        if json {
            try Terminal.writeJSON(JobDocument(job, isDetailed: true))
            return
        }
        Terminal.write(facts(of: job))
        if let remains, job.state != .ready { Terminal.write("\nIf it is discarded: " + remains) }
        Terminal.write("\nPayload:\n" + DisplayText.printable(job.payload))
        guard !job.errors.isEmpty else { return }
        Terminal.write("\nFailed attempts:")
        var table = Table([
            .number("attempt"), .text("ended"), .number("took"), .text("worker"), .text("code"), .text("message"),
        ])
        for error in job.errors {
            table.add([
                String(error.attempt), error.at, error.durationMilliseconds.map { "\($0) ms" } ?? "–",
                error.process ?? "–", error.code,
                error.message,
            ])
        }
        Terminal.write(table)
    }

    private func facts(of job: JobDetail) -> FactSheet {
        var facts = FactSheet()
        facts.add("Job", job.id.description)
        facts.add("Kind", job.name)
        facts.add("Queue", job.queue)
        facts.add("State", job.state.rawValue)
        facts.add("Reason", job.reason)
        facts.add("Fingerprint", job.fingerprint)
        facts.add("Unique key", job.uniqueKey)
        facts.add("Progress", job.progress.map { "\(JobTable.progress($0)), \(TimeText.age($0.at)) ago" })
        facts.add("Attempts", "\(job.attempts), and \(job.crashes) lost to crashes")
        facts.add("Worker", job.process)
        facts.add("Kept in", job.isDurable ? "the ledger (PostgreSQL)" : "Redis alone")
        facts.add("Created", TimeText.moment(job.createdAt))
        facts.add("Due", TimeText.moment(job.dispatchAt))
        facts.add("Started", job.startedAt.map(TimeText.moment))
        facts.add("Cancel asked", job.cancelRequestedAt.map(TimeText.moment))
        facts.add("Finished", job.finishedAt.map(TimeText.moment))
        if let started = job.startedAt, let finished = job.finishedAt {
            facts.add("Last run", TimeText.span(seconds: finished.timeIntervalSince(started)))
        }
        return facts
    }
}
