// A schedule enqueues one job per slot, however many workers run. Its handler fails for good at first, so the jobs end
// up in the dead letters; when the cause is mended, an operator brings them all back.
import Foundation
import JobQueue
import Synchronization

struct FetchRates: Job {
    static let name = "rates.fetch"
    let until: Date
}

/// What is wrong with the provider's key, until an operator mends it.
let isKeyValid = Atomic(false)

let servers = ProcessInfo.processInfo.environment
let queue = try WorkQueue(
    postgres: servers["DATABASE_URL"] ?? "postgres://localhost/jobs",
    redis: servers["REDIS_URL"] ?? "redis://localhost")
try await queue.migrate()

var handlers = JobRegistry()
handlers.register(FetchRates.self) { job, _ in
    // Another try would end alike: no retries, at once into the dead letters.
    guard isKeyValid.load(ordering: .acquiring) else {
        throw JobFailure.permanent(code: "invalid_key", "the provider refuses the key")
    }
    print("fetched the rates until \(job.until.formatted(.iso8601))")
}

// The payload takes its time from the slot, not from the clock: a job that starts late still means its own second.
let everySecond = JobSchedule("rates", every: .seconds(1)) { slot in FetchRates(until: slot.time) }

try await queue.withWorker(handlers, schedules: [everySecond]) {
    var dead: [DeadGroup] = []
    while (dead.first?.count ?? 0) < 2 {
        try await Task.sleep(for: .milliseconds(100))
        dead = try await queue.inspector.deadGroups()
    }
    for group in dead { print("\(group.count) dead: \(group.name), \(group.code ?? "")") }

    isKeyValid.store(true, ordering: .releasing)
    let everything = JobFilter(state: .dead, name: FetchRates.name)
    for try await progress in try queue.inspector.change(.retry, matching: everything) {
        print("\(progress.changed) brought back")
    }
    while try await !queue.inspector.list(everything, limit: 1).items.isEmpty {
        try await Task.sleep(for: .milliseconds(100))
    }
    print("no dead letters left")
}
await queue.close()
