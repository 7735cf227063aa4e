import Domain
import Foundation
import Testing

@testable import CLI

@Suite("What the doctor says of the providers")
struct ProviderCheckupTests {
    @Test func tellsSinceWhenAndWhyCallsAreHeldBack() {
        let open = CircuitStatus(
            state: .open, remaining: .seconds(4), since: Date(timeIntervalSince1970: 0), reason: "answered 500")
        let finding = ProviderCheckup.judge(.payments, open)
        #expect(finding.check == "provider.payments")
        #expect(finding.verdict == .warning)
        #expect(finding.detail.hasPrefix("fails since "))
        #expect(finding.detail.hasSuffix("the next try is in 5 s"))
        #expect(finding.advice?.hasSuffix("answered 500") == true)
        #expect(ProviderCheckup.judge(.mail, CircuitStatus(state: .probing)).verdict == .warning)
        #expect(ProviderCheckup.judge(.mail, .closed) == .ok("provider.mail", "calls go through"))
    }
}
