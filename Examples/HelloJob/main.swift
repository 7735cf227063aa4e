// A job, its handler, and a worker. Needs PostgreSQL and Redis, and nothing else.
import Foundation
import JobQueue

/// A job is a value. Its JSON is stored; `name` says which handler runs it.
struct Greet: Job {
    static let name = "greeting.print"
    let who: String
}

let servers = ProcessInfo.processInfo.environment
let queue = try WorkQueue(
    postgres: servers["DATABASE_URL"] ?? "postgres://localhost/jobs",
    redis: servers["REDIS_URL"] ?? "redis://localhost")
try await queue.migrate()

var handlers = JobRegistry()
handlers.register(Greet.self) { job, context in
    print("Hello, \(job.who)! This is attempt \(context.attempt) at job \(context.jobID).")
}

try await queue.enqueue(Greet(who: "world"))
print("Running jobs. Ctrl-C ends the worker in good order.")
try await queue.run(handlers)
