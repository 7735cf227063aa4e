import ArgumentParser
import Foundation
import Glibc
import JobQueue
import Logging
import Postgres

/// An enqueuer that can be killed: a bounded load of equal jobs.
struct Enqueue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Enqueues jobs at a steady rate, then ends.")

    enum Kind: String, ExpressibleByArgument { case main, side, tick }

    @Option(help: "main, side or tick.") var kind = Kind.main
    @Option(help: "How many.") var jobs = 100
    @Option(help: "Per second; 0 for as fast as it goes.") var rate = 0
    @Option(help: "So many are inserted in one transaction and pushed together.") var batch = 1
    @Option(help: "What each does: the JSON of an act.") var act =
        #"{"ending":"effect","sleep":0,"spin":0,"hold":0,"failures":0,"isDeaf":false}"#
    @Option(help: "Their unique keys are so many, one after the other; 0 for none.") var keys = 0
    @Flag(help: "Jobs that live in Redis alone.") var ephemeral = false
    @Flag(help: "Kills itself after the first commit, before the push.") var dieAfterCommit = false

    func run() async throws {
        let connections = try Connections(poolSize: 2)
        let act = try JSONDecoder().decode(Act.self, from: Data(self.act.utf8))
        let began = MachineTime.monotonic
        var sent = 0
        while sent < jobs {
            let count = min(batch, jobs - sent)
            switch kind {
            case .main: try await enqueue((0..<count).map { _ in MainErrand(act) }, from: sent, connections)
            case .side: try await enqueue((0..<count).map { _ in SideErrand(act) }, from: sent, connections)
            case .tick: try await enqueue((0..<count).map { Tick(n: sent + $0) }, from: sent, connections)
            }
            sent += count
            if rate > 0 {
                let ahead = began + Int64(sent) * 1_000_000 / Int64(rate) - MachineTime.monotonic
                // Keeps the rate that the scenario asked for.
                if ahead > 0 { try await Task.sleep(for: .microseconds(ahead)) }
            }
        }
        await connections.close()
        _exit(0)
    }

    private func enqueue<Kind: Job>(_ jobs: [Kind], from number: Int, _ connections: Connections) async throws {
        if ephemeral {
            guard keys > 0 else {
                _ = try await connections.dispatcher.enqueueEphemeral(jobs)
                return
            }
            for (index, job) in jobs.enumerated() {
                _ = try await connections.dispatcher.enqueueEphemeral(job, unique: try key(number + index))
            }
            return
        }
        let pending = try jobs.enumerated().map { index, job in
            try JobLedger.insertion(of: job, unique: keys > 0 ? key(number + index) : nil)
        }
        let inserted: [PendingJob]
        do {
            inserted = try await connections.database.transaction { tx in
                zip(pending, try tx.pipeline(pending.map(\.statement))).compactMap { $0.inserted(by: $1) }
            }
        } catch {
            // Not taken, or taken and its answer lost: either way the caller goes on, and the ledger tells which.
            connections.logger.warning("a transaction failed", metadata: ["error": "\(error)"])
            return
        }
        if dieAfterCommit { kill(getpid(), SIGKILL) }
        await connections.dispatcher.push(inserted)
    }

    private func key(_ number: Int) throws -> UniqueKey {
        try UniqueKey("key-\(number % keys)", until: .finished)
    }
}
