import ConformanceWorker
import Foundation
import JobQueue
import Postgres
import Redis
import TestSupport
import Testing

/// A handful of jobs that between them take every path with more than one step: enqueue, claim, complete, retry,
/// promote, dead-letter; durable ones and ones that live in Redis alone.
struct MixedRound {
    private(set) var effects: [JobID] = []
    private(set) var dead: [JobID] = []
    private(set) var endingInRedis: [JobID] = []
    private(set) var deadInRedis: [JobID] = []

    /// Enqueues them.
    /// - Parameter dispatcher: pushes them; another than the arena's to push through a proxy.
    init(_ arena: Arena, dispatcher: JobDispatcher? = nil) async throws {
        let dispatcher = dispatcher ?? arena.dispatcher
        let soon = Date().addingTimeInterval(0.15)
        func enqueue(_ act: Act, runAt: Date? = nil) async throws -> JobID {
            let pending = try JobLedger.insertion(of: MainErrand(act), runAt: runAt)
            try await arena.commit(pending)
            await dispatcher.push([pending])
            return pending.id
        }
        effects = [
            try await enqueue(Act(.effect)), try await enqueue(Act(.effect, failures: 1)),
            try await enqueue(Act(.effect), runAt: soon),
        ]
        dead = [try await enqueue(Act(.permanent))]
        // What Redis did not say it has taken, it may or may not have taken: nothing is promised, and nothing expected.
        for (act, due) in [(Act(failures: 1), nil), (Act(), soon)] {
            if let id = try? await dispatcher.enqueueEphemeral(MainErrand(act), runAt: due) { endingInRedis.append(id) }
        }
        if let id = try? await dispatcher.enqueueEphemeral(MainErrand(Act(.permanent))) { deadInRedis.append(id) }
    }

    /// Returns when all have come to their ends.
    func wait(in arena: Arena, within patience: Duration = .seconds(40)) async throws {
        try await arena.wait(for: effects, within: patience)
        try await arena.wait(for: dead, in: [.dead], within: patience)
        try await eventually(within: patience, "those in Redis end") {
            try arena.history().ended.isSuperset(of: endingInRedis)
        }
        try await eventually(within: patience, "those in Redis die") {
            try await deadLetters(arena).isSuperset(of: deadInRedis)
        }
    }

    func deadLetters(_ arena: Arena) async throws -> Set<JobID> {
        let page = try await arena.inspector.list(JobFilter(state: .dead, queue: MainErrand.queue), limit: 200)
        return Set(page.items.filter { !$0.isDurable }.map(\.id))
    }
}
