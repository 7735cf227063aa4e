import Foundation
import TestSupport
import Testing

@testable import JobQueue

@Suite("Whatever runs a job, its handler decides alike how it ends")
struct DriverTests {
    @Test("each job runs once, in order", arguments: DriverKind.allCases)
    func eachRunsOnceInOrder(kind: DriverKind) async throws {
        let log = RunLog()
        try await kind.with(JobRegistry(Handler(Task1.self, log: log))) { driver in
            var ids: [JobID] = []
            for index in 0..<5 { ids.append(try await driver.enqueue(Task1(text: "\(index)"))) }
            try await driver.settle()
            #expect(log.all.map(\.job) == ids)
            for id in ids {
                let job = try #require(try await driver.job(id))
                #expect(job.state == .done && job.attempts == 1 && job.errors.isEmpty)
            }
        }
    }

    @Test("failures are retried and kept", arguments: DriverKind.allCases)
    func failuresAreRetriedAndKept(kind: DriverKind) async throws {
        let log = RunLog()
        let handler = Handler(Task1.self, log: log) { job, context in
            #expect(context.isLastAttempt == (context.attempt == 4))
            if job.text == "always" || context.attempt < 3 { throw JobFailure.transient("failure \(context.attempt)") }
        }
        try await kind.with(JobRegistry(handler)) { driver in
            let good = try await driver.enqueue(Task1())
            let bad = try await driver.enqueue(Task1(text: "always"))
            try await driver.settle()
            let done = try #require(try await driver.job(good))
            #expect(done.state == .done && done.attempts == 3)
            #expect(done.errors.map(\.message) == ["failure 1", "failure 2"])
            let dead = try #require(try await driver.job(bad))
            #expect(dead.state == .dead && dead.attempts == 4 && dead.reason == "attempts_exhausted")
            #expect(dead.errors.map(\.attempt) == [1, 2, 3, 4])
            #expect(dead.fingerprint != nil)
            #expect(log.of(bad).map(\.attempt) == [1, 2, 3, 4])
        }
    }

    @Test("permanent, unknown and late failures are dead at once and come back", arguments: DriverKind.allCases)
    func failuresThatEndAtOnce(kind: DriverKind) async throws {
        let log = RunLog()
        let first = Handler(Task1.self, log: log) { job, context in
            guard log.of(context.jobID).count == 1 else { return }
            if job.text == "permanent" { throw JobFailure.permanent(code: "card_unknown", "no such card") }
            throw JobFailure.outcomeUnknown("the answer was lost")
        }
        let second = Handler(Task2.self, log: log) { _, context in
            guard log.of(context.jobID).count == 1 else { return }
            try await letTimePass(.seconds(60), because: "its first attempt outlasts the time limit")
        }
        try await kind.with(JobRegistry(first, second)) { driver in
            let ids = [
                try await driver.enqueue(Task1(text: "permanent")), try await driver.enqueue(Task1(text: "unknown")),
                try await driver.enqueue(Task2()),
            ]
            try await driver.settle()
            var dead: [JobDetail] = []
            for id in ids { dead.append(try #require(try await driver.job(id))) }
            #expect(dead.map(\.state) == [.dead, .dead, .dead])
            #expect(dead.map(\.reason) == ["permanent", "outcome_unknown", "attempts_exhausted"])
            #expect(dead.flatMap(\.errors).map(\.code) == ["card_unknown", "outcome_unknown", "time_limit"])
            for id in ids { try await driver.retry(id) }
            try await driver.settle()
            for id in ids { #expect(try await driver.job(id)?.state == .done) }
            await #expect(throws: JobInspectionError.wrongState(ids[0], .done)) { try await driver.retry(ids[0]) }
        }
    }

    @Test("a snooze uses no attempt", arguments: DriverKind.allCases)
    func aSnoozeUsesNoAttempt(kind: DriverKind) async throws {
        let log = RunLog()
        let handler = Handler(Task1.self, log: log) { _, context in
            if log.of(context.jobID).count < 4 { throw JobFailure.snooze(.milliseconds(20), "not yet") }
        }
        try await kind.with(JobRegistry(handler)) { driver in
            let id = try await driver.enqueue(Task1())
            try await driver.settle()
            #expect(log.of(id).map(\.attempt) == [1, 1, 1, 1])
            let job = try #require(try await driver.job(id))
            #expect(job.state == .done && job.attempts == 1)
        }
    }

    @Test("a job that no handler understands is parked", arguments: DriverKind.allCases)
    func whatNoHandlerUnderstandsIsParked(kind: DriverKind) async throws {
        let log = RunLog()
        try await kind.with(JobRegistry(Handler(Task1.self, log: log))) { driver in
            let unknown = try await driver.enqueue(Task2())
            let newer = try await driver.enqueue(Task1Next())
            try await driver.settle()
            #expect(try await driver.job(unknown)?.reason == "unknown_kind")
            #expect(try await driver.job(newer)?.reason == "newer_version")
            #expect(try await driver.job(newer)?.state == .parked)
            #expect(log.all.isEmpty)
        }
    }

    @Test("of one unique key one job waits", arguments: DriverKind.allCases)
    func ofOneUniqueKeyOneWaits(kind: DriverKind) async throws {
        let log = RunLog()
        let handler = Handler(Task1.self, log: log) { job, context in
            if job.text == "dead", log.of(context.jobID).count == 1 { throw JobFailure.permanent(code: "no", "no") }
        }
        try await kind.with(JobRegistry(handler)) { driver in
            let key = try UniqueKey("cart", until: .finished)
            let first = try await driver.enqueue(Task1(text: "dead"), unique: key)
            #expect(try await driver.enqueue(Task1(), unique: key) == first)
            try await driver.settle()
            #expect(try await driver.job(first)?.state == .dead)
            let second = try await driver.enqueue(Task1(), unique: key)
            #expect(second != first)
            await #expect(throws: JobInspectionError.uniqueKeyTaken(first, by: second)) {
                try await driver.retry(first)
            }
            try await driver.discard(second)
            #expect(try await driver.job(second)?.state == .discarded)
            try await driver.retry(first)
            try await driver.settle()
            #expect(log.all.map(\.job) == [first, first])
        }
    }
}

/// The payload of ``Task1`` as a later version of the program writes it.
private struct Task1Next: Job {
    static let name = Task1.name
    static let queue = Task1.queue
    static let retry = Task1.retry
    static let version = 2
}
