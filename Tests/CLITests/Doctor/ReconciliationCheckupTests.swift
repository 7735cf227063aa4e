import Domain
import Foundation
import Testing

@testable import CLI

@Suite("What the doctor says of reconciliation")
struct ReconciliationCheckupTests {
    private let now = Date()

    @Test func isContentWhenTheBooksAgree() {
        let findings = ReconciliationCheckup.judge([:], coveredUntil: now.addingTimeInterval(-300), at: now)
        #expect(findings.map(\.verdict) == [.ok])
    }

    @Test func namesWhatDiffers() {
        let findings = ReconciliationCheckup.judge([.orderUnknown: 2, .ahead: 1], coveredUntil: now, at: now)
        #expect(findings.map(\.verdict) == [.warning])
        #expect(findings[0].detail.hasSuffix("differ: 1 ahead, 2 order_unknown"))
        #expect(findings[0].advice?.contains("cartwright payments breaks") == true)
    }

    @Test(arguments: [nil, 3601] as [TimeInterval?])
    func warnsWhenNobodyCompares(age: TimeInterval?) {
        let findings = ReconciliationCheckup.judge([:], coveredUntil: age.map { now.addingTimeInterval(-$0) }, at: now)
        #expect(findings.map(\.verdict) == [.warning])
        #expect(findings[0].advice?.contains("queue `reconcile`") == true)
    }
}
