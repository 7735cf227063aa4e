import Foundation
import Logging
import Redis
import Synchronization

/// How an idle consumer learns of new jobs.
extension Consumer {
    /// Waits at Redis, whenever asked to, until a job is pushed, one comes due, or two seconds have passed.
    func listenForJobs(process: ProcessID, armed: Signal) async {
        while await armed.wait() {
            let (wait, isPaused) = life.withLock { life in
                let untilDue = life.nextDue.map { max(.milliseconds(1), $0 - .now) } ?? .seconds(2)
                return (min(untilDue, .seconds(2)), life.isPaused)
            }
            do {
                if isPaused {
                    try await Task.sleep(for: .milliseconds(500))
                } else {
                    let seconds = Double(wait.milliseconds + 1) / 1000
                    _ = try await blocking.send(
                        RedisCommand(
                            "BLMOVE", .init(keys.ready), .init(keys.inbox(process)), .init("RIGHT"), .init("LEFT"), .init("\(seconds)")),
                        timeout: wait + .milliseconds(1))
                }
            } catch {
                if Task.isCancelled { return }
                try? await Task.sleep(for: .milliseconds(Int.random(in: 100...500)))
            }
            // A wish to listen that was uttered meanwhile did not know what the claim that follows now will find out: when the next job
            // is due. The consumer utters it again after that claim.
            armed.lower()
            report { $0.state.wake() }
        }
    }
}
