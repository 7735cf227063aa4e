import Glibc
import JobQueue
import Postgres

/// Plays an errand's act and writes down how it went.
struct ErrandHandler<Kind: Errand>: JobHandler {
    let log: RunLog
    let database: PostgresPool

    init(_ kind: Kind.Type, log: RunLog, database: PostgresPool) {
        self.log = log
        self.database = database
    }

    func run(_ job: Kind, in context: JobContext) async throws {
        log.note(.start, context)
        let act = job.act(crashes: context.crashes)
        do {
            // A task of its own hears nothing of the cancellation of this one.
            if act.isDeaf {
                try await Task { try await play(act, context) }.value
            } else {
                try await play(act, context)
            }
        } catch {
            switch error {
            case is CancellationError: log.note(.cancelled, context)
            case is JobFenced: log.note(.fenced, context)
            default: log.note(.failed, context)
            }
            throw error
        }
        log.note(.end, context)
    }

    private func play(_ act: Act, _ context: JobContext) async throws {
        // The work of an errand: as long as its scenario says.
        if act.sleep > 0 { try await Task.sleep(for: .milliseconds(act.sleep)) }
        if act.spin > 0 {
            let end = MachineTime.monotonic + Int64(act.spin) * 1000
            while MachineTime.monotonic < end {}
        }
        if act.hold > 0 {
            _ = try await database.query("SELECT pg_sleep(\(Double(act.hold) / 1000))")
        }
        if context.attempt <= act.failures {
            throw JobFailure.transient("attempt \(context.attempt) of \(act.failures) that fail")
        }
        try await end(act.ending, context)
    }

    private func end(_ ending: Act.Ending, _ context: JobContext) async throws {
        switch ending {
        case .plain:
            return
        case .effect:
            try await commitEffect(context)
        case .effectThenDeath:
            try await commitEffect(context)
            log.note(.end, context)
            die { kill(getpid(), SIGKILL) }
        case .death:
            die { kill(getpid(), SIGKILL) }
        case .exit:
            die { _exit(9) }
        case .abort:
            die { Glibc.abort() }
        case .transient:
            throw JobFailure.transient("as told")
        case .permanent:
            throw JobFailure.permanent(code: "told_so", "as told")
        case .snooze:
            throw JobFailure.snooze(.milliseconds(300), "as told")
        case .unknown:
            throw JobFailure.outcomeUnknown("as told")
        }
    }

    private func commitEffect(_ context: JobContext) async throws {
        let (job, completion, process) = (context.jobID, context.completion, Int(getpid()))
        try await database.transaction { tx in
            let results = try tx.pipeline([
                "INSERT INTO effects (job, epoch, process) VALUES (\(job), \(completion.epoch), \(process))",
                completion.statement,
            ])
            try completion.check(results[1])
        }
    }

    private func die(_ how: () -> Void) {
        log.note(.killed, process: getpid())
        how()
    }
}

/// Writes one line per run and does nothing else.
struct TickHandler: JobHandler {
    let log: RunLog

    func run(_ job: Tick, in context: JobContext) async throws {
        log.note(.start, context)
        log.note(.end, context)
    }
}
