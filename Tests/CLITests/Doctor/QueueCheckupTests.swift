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
}
