import Foundation
import Testing

@testable import CLI
@testable import JobQueue
@testable import Storage

@Suite("What the doctor says of queues and rules")
struct QueueCheckupTests {
    private func status(
        waiting: Int = 0, dead: Int = 0, age: Double? = nil, workers: Int = 1, isPaused: Bool = false
    ) -> QueueStatus {
        QueueStatus(
            queue: "checkout", ready: waiting, delayed: 0, running: 0, waiting: waiting, dead: dead, parked: 0,
            oldestAgeSeconds: age,
            workers: workers, settings: QueueSettings(isPaused: isPaused))
    }

    @Test func isContentWithAQueueThatFlows() {
        #expect(QueueCheckup.judge(status(waiting: 500, age: 2)).verdict == .ok)
        #expect(QueueCheckup.judge(status(workers: 0)).verdict == .ok)
    }

    @Test func warnsOfAQueueThatDoesNot() {
        #expect(QueueCheckup.judge(status(isPaused: true)).advice == "Open it with: cartwright queues resume checkout")
        #expect(QueueCheckup.judge(status(waiting: 1, workers: 0)).verdict == .warning)
        #expect(QueueCheckup.judge(status(waiting: 1, age: 61)).verdict == .warning)
        #expect(QueueCheckup.judge(status(dead: 1)).advice == "Look at them with: cartwright jobs")
    }

    @Test func namesBrokenRulesWithTheirRows() {
        let findings = RuleCheckup.findings(
            names: ["stock_adds_up", "mail_once"],
            violations: [InvariantViolation(name: "mail_once", rule: "one mail an order", ids: ["7", "9"])])
        #expect(findings.map(\.verdict) == [.ok, .failed])
        #expect(findings[1].advice == "Look into: 7, 9")
    }

    @Test func namesOrdersThatNothingWorksOn() throws {
        #expect(StoppedOrderCheckup.judge(nil).verdict == .ok)
        let stopped = StoppedOrders(
            count: 2, firstNumber: 100_007, firstJob: "0192f0c1", until: Date(timeIntervalSince1970: 1_800_000_000))
        let finding = StoppedOrderCheckup.judge(stopped)
        #expect(finding.verdict == .warning)
        #expect(finding.detail.contains("2 open orders") && finding.detail.contains("2027"))
        #expect(finding.advice?.contains("100007") == true && finding.advice?.contains("jobs retry 0192f0c1") == true)
    }
}
