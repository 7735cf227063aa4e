import Domain
import Foundation
import Testing

@testable import CLI
@testable import Storage

@Suite("What the doctor says of disputes and of events that fit nothing")
struct DisputeCheckupTests {
    private func dispute(_ id: String, _ status: DisputeStatus, order: Int64?) -> DisputeRecord {
        DisputeRecord(
            dispute: Dispute(
                id: .init(rawValue: id), intentID: nil, amount: Money(1999, .usd), reason: "fraudulent", status: status,
                openedAt: Date(),
                answerBefore: Date(timeIntervalSince1970: 1_765_000_000)),
            orderID: nil, orderNumber: order, withdrawnAt: nil, reinstatedAt: nil, closedAt: nil)
    }

    @Test func isContentWithoutAny() {
        #expect(DisputeCheckup.judge([DisputeRecord]()).verdict == .ok)
        #expect(DisputeCheckup.judge([UnmatchedEventRecord]()) == nil)
    }

    @Test func saysWhenEventsAreOfAnotherVersion() {
        #expect(DisputeCheckup.judge(versions: [], expected: "2024-10-28.acacia") == nil)
        let finding = DisputeCheckup.judge(versions: ["2024-06-20"], expected: "2024-10-28.acacia")
        #expect(finding?.verdict == .warning && finding?.detail.contains("2024-06-20") == true)
    }

    @Test func namesTheFirstThatWantsAnAnswerAndUntilWhen() {
        let finding = DisputeCheckup.judge([
            dispute("du_1", .underReview, order: 1), dispute("du_2", .needsResponse, order: 100_042),
        ])
        #expect(finding.verdict == .warning)
        #expect(finding.detail == "2 disputes open; 1 to be answered")
        #expect(finding.advice?.hasPrefix("Answer at the provider: du_2 of order 100042, until 2025-12-06") == true)
        #expect(DisputeCheckup.judge([dispute("du_3", .underReview, order: nil)]).advice?.contains("du_3") == true)
    }

    @Test func namesTheLatestEventThatFitsNothing() throws {
        let matter = UnmatchedEventRecord(
            eventID: "evt_1", type: "refund.updated", objectID: "re_1", outcome: .unknownRefund,
            since: Date(timeIntervalSince1970: 0))
        let finding = try #require(DisputeCheckup.judge([matter, matter]))
        #expect(finding.verdict == .warning && finding.detail.hasPrefix("2 events of the provider"))
        #expect(
            finding.advice?.hasPrefix(
                "Look at the provider for re_1: refund.updated, unknown_refund. Then: cartwright payments replay evt_1")
                == true)
    }
}
