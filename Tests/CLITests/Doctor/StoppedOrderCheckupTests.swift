import Foundation
import Storage
import Testing

@testable import CLI

@Suite("The doctor names orders that nothing works on any more")
struct StoppedOrderCheckupTests {
    @Test func judgement() throws {
        #expect(StoppedOrderCheckup.judge(nil).verdict == .ok)
        let stopped = StoppedOrders(
            count: 2, firstNumber: 100_007, firstJob: "0192f0c1", until: Date(timeIntervalSince1970: 1_800_000_000))
        let finding = StoppedOrderCheckup.judge(stopped)
        #expect(finding.verdict == .warning)
        #expect(finding.detail.contains("2 open orders") && finding.detail.contains("2027"))
        #expect(finding.advice?.contains("100007") == true && finding.advice?.contains("jobs retry 0192f0c1") == true)
    }
}
