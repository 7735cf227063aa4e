import Foundation
import Logging
import Redis
import Synchronization

/// How an idle consumer learns of new jobs.
extension Consumer {
    /// The longest single wait at Redis; a second more without an answer, and the connection counts as dead.
    static let longestWait: Duration = .seconds(4)

    /// Waits, whenever asked to, until there may be something to claim.
    func listenForJobs(process: ProcessID, armed: Signal) async {
        while await armed.wait() {
            var mayHaveJobs = false
            while !mayHaveJobs, !Task.isCancelled { mayHaveJobs = await waitForJobs(process: process) }
            // A request to listen that was made meanwhile did not know what the claim that follows now will find out:
            // when the next job is due. The consumer makes it again after that claim.
            armed.lower()
            report { $0.state.wake() }
        }
    }

    /// One wait at Redis. False when nothing came and nothing is due, so that there is nothing to claim.
    private func waitForJobs(process: ProcessID) async -> Bool {
        do {
            switch life.withLock({ $0.waiting(at: .now) }) {
            case .sleep(let pause):
                try await Task.sleep(for: pause)
                return true
            case .block(let wait):
                let seconds = Double(wait.milliseconds + 1) / 1000
                let moved = try await blocking.send(
                    RedisCommand(
                        "BLMOVE", .init(keys.ready), .init(keys.inbox(process)), .init("RIGHT"), .init("LEFT"),
                        .init("\(seconds)")),
                    timeout: wait + .milliseconds(1))
                return !moved.isNull || life.withLock { $0.isDue(at: .now) }
            }
        } catch {
            // A connection that broke may have lost wake-ups.
            if !Task.isCancelled { try? await Task.sleep(for: .milliseconds(Int.random(in: 100...500))) }
            return true
        }
    }
}

extension Consumer.Life {
    /// How to wait for jobs.
    enum Waiting: Hashable, Sendable {
        /// Blocked at Redis: a job that is pushed ends it.
        case block(Duration)
        /// Away from Redis: what is pushed meanwhile may not be claimed yet.
        case sleep(Duration)
    }

    func waiting(at now: ContinuousClock.Instant) -> Waiting {
        if isPaused { return .sleep(.milliseconds(500)) }
        if let throttledUntil, throttledUntil > now { return .sleep(throttledUntil - now) }
        guard let nextDue else { return .block(Consumer.longestWait) }
        return .block(min(max(.milliseconds(1), nextDue - now), Consumer.longestWait))
    }

    func isDue(at now: ContinuousClock.Instant) -> Bool {
        nextDue.map { $0 <= now } ?? false
    }
}
