import ConformanceWorker
import Foundation
import JobQueue
import TestSupport
import Testing

/// A steady stream of equal jobs from an enqueuer process of its own.
struct Load {
    let arena: Arena
    private let enqueuer: ManagedProcess

    /// Starts to enqueue so many jobs at a rate.
    init(_ arena: Arena, jobs: Int, perSecond: Int, act: Act = Act(.effect, sleep: 50), redisProxy: TCPProxy? = nil)
        throws
    {
        self.arena = arena
        enqueuer = try arena.startEnqueuer(
            "--jobs", "\(jobs)", "--rate", "\(perSecond)", "--act", try Self.json(act), redisProxy: redisProxy)
    }

    /// Returns once all is enqueued and every job that was committed has finished.
    func finish(within patience: Duration = .seconds(90), sourceLocation: SourceLocation = #_sourceLocation)
        async throws -> Set<JobID>
    {
        #expect(try await enqueuer.waitForExit(within: patience) == .code(0), sourceLocation: sourceLocation)
        return try await arena.waitForAll(within: patience)
    }

    static func json(_ act: Act) throws -> String {
        String(decoding: try JSONEncoder().encode(act), as: UTF8.self)
    }
}

extension Arena {
    /// Puts a backlog of equal jobs into the queue at once.
    func pile(_ jobs: Int, of act: Act) async throws -> Set<JobID> {
        let enqueuer = try startEnqueuer("--jobs", "\(jobs)", "--batch", "500", "--act", try Load.json(act))
        guard try await enqueuer.waitForExit(within: .seconds(300)) == .code(0) else {
            throw WorkerEnded(log: enqueuer.log)
        }
        return try await allJobs()
    }

    /// Jobs that end well per second, over some time from now on.
    func throughput(over time: Duration) async throws -> Double {
        let began = MachineTime.monotonic
        try await letTimePass(time, because: "what ends in this time is counted")
        let ended = MachineTime.monotonic
        return try history().endsPerSecond(from: began, to: ended)
    }
}

/// Repeats something, so many at a time; returns all answers. What waits most of the time can do so side by side.
func inBatches<Value: Sendable>(
    of width: Int, _ count: Int, _ body: @escaping @Sendable () async throws -> Value
) async throws -> [Value] {
    try await withThrowingTaskGroup(of: Value.self) { group in
        var started = 0
        while started < min(width, count) {
            group.addTask { try await body() }
            started += 1
        }
        var answers: [Value] = []
        while let answer = try await group.next() {
            answers.append(answer)
            if started < count {
                group.addTask { try await body() }
                started += 1
            }
        }
        return answers
    }
}
