import Bootstrap
import Domain
import Foundation
import Resilience
import Testing

@testable import CLI
@testable import JobQueue
@testable import Storage

@Suite("The doctor says of queues, orders and money what was found and what to do")
struct DiagnosticTests {
    private let now = Date()

    // MARK: Queues and providers

    private func status(
        waiting: Int = 0, dead: Int = 0, age: Double? = nil, workers: Int = 1, isPaused: Bool = false
    ) -> QueueStatus {
        QueueStatus(
            queue: "checkout", ready: waiting, delayed: 0, running: 0, waiting: waiting, dead: dead, parked: 0,
            oldestAgeSeconds: age, workers: workers, settings: QueueSettings(isPaused: isPaused))
    }

    @Test("a queue that flows is fine")
    func isContentWithAQueueThatFlows() {
        #expect(Diagnostic.queue(status(waiting: 500, age: 2)).severity == .ok)
        #expect(Diagnostic.queue(status(workers: 0)).severity == .ok)
    }

    @Test("a queue that does not flow is a warning")
    func warnsOfAQueueThatDoesNot() {
        let paused = Diagnostic.queue(status(isPaused: true))
        #expect(paused.advice == "Resume it with: cartwright queues resume checkout")
        #expect(Diagnostic.queue(status(waiting: 1, workers: 0)).severity == .warning)
        #expect(Diagnostic.queue(status(waiting: 1, age: 61)).severity == .warning)
        #expect(Diagnostic.queue(status(dead: 1)).advice == "Look at them with: cartwright jobs")
    }

    @Test("held-back calls are shown with their start and reason")
    func heldBackCalls() {
        let open = CircuitStatus(
            state: .open, remaining: .seconds(4), since: Date(timeIntervalSince1970: 0), reason: "answered 500")
        let found = Diagnostic.provider(.payments, open)
        #expect(found.name == "provider.payments" && found.severity == .warning)
        #expect(found.found.hasPrefix("fails since ") && found.found.hasSuffix("the next try is in 5 s"))
        #expect(found.advice?.hasSuffix("answered 500") == true)
        #expect(Diagnostic.provider(.email, CircuitStatus(state: .probing)).severity == .warning)
        #expect(Diagnostic.provider(.email, .closed) == .ok("provider.email", "calls go through"))
    }

    // MARK: Orders, emails, rules

    @Test("low stock is a warning that says how much of it is sold out")
    func lowStock() {
        #expect(Diagnostic.lowStock(LowStock(units: 0, soldOut: 0, first: nil)).severity == .ok)
        let found = Diagnostic.lowStock(LowStock(units: 3, soldOut: 1, first: SKU(rawValue: "PEN")))
        #expect(found.severity == .warning && found.found == "3 units low, 1 of them sold out; the first is PEN")
        #expect(found.advice?.contains("cartwright stock low") == true)
    }

    @Test("orders whose jobs died are named")
    func namesOrdersWhoseJobsDied() {
        #expect(Diagnostic.stoppedOrders(nil).severity == .ok)
        let found = Diagnostic.stoppedOrders(
            StoppedOrders(
                count: 2, firstNumber: 100_007, firstJob: "0192f0c1", until: Date(timeIntervalSince1970: 1_800_000_000))
        )
        #expect(found.severity == .warning)
        #expect(found.found.contains("2 open orders") && found.found.contains("2027"))
        #expect(found.advice?.contains("100007") == true && found.advice?.contains("jobs retry 0192f0c1") == true)
    }

    @Test("emails are counted by what is to be done")
    func countsEmailsByWhatIsToBeDone() {
        let found = Diagnostic.emails(EmailCounts(failed: 1, refused: 1000, parked: 3))
        #expect(found.map(\.severity) == [.failed, .warning, .warning])
        #expect(found[0].found.hasPrefix("1000 emails or more cannot be sent"))
        #expect(found[2].found == "3 emails with unknown delivery status")
        #expect(Diagnostic.emails(EmailCounts(failed: 0, refused: 0, parked: 0)).map(\.severity) == [.ok])
    }

    @Test("a client that tries cards is a warning")
    func warnsOfWhoeverTriesCards() {
        #expect(Diagnostic.declines([]).severity == .ok)
        let found = Diagnostic.declines([(.card, 14), (.client, 11), (.client, 10)])
        #expect(found.severity == .warning)
        #expect(found.found.contains("of 2 addresses, 1 card, 14 of one"))
    }

    @Test("broken invariants are named with their rows")
    func namesBrokenRulesWithTheirRows() {
        let found = Diagnostic.rules(
            names: ["stock_adds_up", "email_once"],
            violations: [InvariantViolation(name: "email_once", rule: "one email an order", ids: ["7", "9"])])
        #expect(found.map(\.severity) == [.ok, .failed])
        #expect(found[1].advice == "Look into: 7, 9")
    }

    // MARK: Rates

    private func record(_ jpy: String, _ status: RateSetRecord.Status) throws -> RateSetRecord {
        RateSetRecord(
            set: RateSet(
                source: "ecb", base: .eur, date: try #require(CalendarDay("2026-11-20")),
                rates: [.jpy: try #require(ExchangeRate(jpy))]),
            status: status, validators: .unknown, fetchedAt: Date(), checkedAt: Date())
    }

    @Test(
        "the age of rates is judged",
        arguments: [(0, Diagnostic.Severity.ok), (4, .ok), (5, .warning), (10, .warning), (11, .failed)])
    func judgesTheAgeOfRates(_ days: Int, _ severity: Diagnostic.Severity) throws {
        let status = RateStatus(current: try record("163", .current), ageDays: days, held: [])
        let found = Diagnostic.rates(status, ShopSettings())
        #expect(found.map(\.severity) == [severity])
        #expect(found[0].found.hasPrefix("of 2026-11-20, ecb, \(days) days old"))
    }

    @Test("missing rates are a warning")
    func warnsWhenThereAreNoRates() {
        let found = Diagnostic.rates(RateStatus(current: nil, ageDays: nil, held: []), ShopSettings())
        #expect(found.map(\.severity) == [.warning])
    }

    @Test("a held rate set is named with its reason")
    func namesTheSetOfRatesThatWaitsAndWhy() throws {
        let held = try record("250", .held)
        let found = Diagnostic.rates(
            RateStatus(current: try record("163", .current), ageDays: 0, held: [held]), ShopSettings())
        #expect(found.map(\.severity) == [.ok, .warning])
        #expect(found[1].found == "1 set moved too far; the latest, of 2026-11-20: EUR/JPY 163 → 250")
        #expect(found[1].advice?.contains("cartwright rates approve \(held.set.id)") == true)
    }

    // MARK: Payments

    @Test("books that agree are fine")
    func isContentWhenTheBooksAgree() {
        let found = Diagnostic.reconciliation([:], coveredUntil: now.addingTimeInterval(-300), at: now)
        #expect(found.map(\.severity) == [.ok])
    }

    @Test("differences in the books are named")
    func namesWhatDiffersInTheBooks() {
        let found = Diagnostic.reconciliation([.orderUnknown: 2, .ahead: 1], coveredUntil: now, at: now)
        #expect(found.map(\.severity) == [.warning])
        #expect(found[0].found.hasSuffix("differ: 1 ahead, 2 order_unknown"))
        #expect(found[0].advice?.contains("cartwright payments breaks") == true)
    }

    @Test("a reconciliation that no worker runs is a warning", arguments: [nil, 3601] as [TimeInterval?])
    func warnsWhenNoWorkerCompares(age: TimeInterval?) {
        let found = Diagnostic.reconciliation([:], coveredUntil: age.map { now.addingTimeInterval(-$0) }, at: now)
        #expect(found.map(\.severity) == [.warning])
        #expect(found[0].advice?.contains("queue `reconcile`") == true)
    }

    private func dispute(_ id: String, _ status: DisputeStatus, order: Int64?) -> DisputeRecord {
        DisputeRecord(
            dispute: Dispute(
                id: .init(rawValue: id), intentID: nil, amount: Money(1999, .usd), reason: "fraudulent", status: status,
                openedAt: Date(), answerBefore: Date(timeIntervalSince1970: 1_765_000_000)),
            orderID: nil, orderNumber: order, withdrawnAt: nil, reinstatedAt: nil, closedAt: nil)
    }

    @Test("the first dispute that is due is named with its day")
    func firstDisputeDue() {
        #expect(Diagnostic.disputes([]) == .ok("payments.disputes", "No open disputes"))
        let found = Diagnostic.disputes([
            dispute("du_1", .underReview, order: 1), dispute("du_2", .needsResponse, order: 100_042),
        ])
        #expect(found.severity == .warning && found.found == "2 disputes open; 1 to be answered")
        #expect(found.advice?.hasPrefix("Answer at the provider: du_2 of order 100042, until 2025-12-06") == true)
        #expect(Diagnostic.disputes([dispute("du_3", .underReview, order: nil)]).advice?.contains("du_3") == true)
    }

    @Test("events of another API version are reported")
    func saysWhenEventsAreOfAnotherVersion() {
        #expect(Diagnostic.eventVersions([], expected: "2024-10-28.acacia") == nil)
        let found = Diagnostic.eventVersions(["2024-06-20"], expected: "2024-10-28.acacia")
        #expect(found?.severity == .warning && found?.found.contains("2024-06-20") == true)
    }

    @Test("the latest unmatched event is named")
    func namesTheLatestEventThatFitsNothing() throws {
        #expect(Diagnostic.unmatched([]) == nil)
        let event = UnmatchedEventRecord(
            eventID: "evt_1", type: "refund.updated", objectID: "re_1", outcome: .unknownRefund,
            since: Date(timeIntervalSince1970: 0))
        let found = try #require(Diagnostic.unmatched([event, event]))
        #expect(found.severity == .warning && found.found.hasPrefix("2 events of the provider"))
        #expect(
            found.advice?.hasPrefix(
                "Look at the provider for re_1: refund.updated, unknown_refund. Then: cartwright payments replay evt_1")
                == true)
    }
}
