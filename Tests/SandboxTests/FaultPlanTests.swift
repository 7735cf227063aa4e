import FoundationEssentials
import Testing

@testable import Sandbox

@Suite("Faults strike whom they are aimed at, as often as asked")
struct FaultPlanTests {
    private var chance = SystemRandomNumberGenerator()

    private func plan(_ json: String) throws -> FaultPlan {
        FaultPlan(rules: try JSONDecoder().decode([FaultRule].self, from: Data(json.utf8)))
    }

    @Test("a counted rule is used up") mutating func aCountedRuleIsUsedUp() throws {
        var plan = try plan(#"[{"kind":"drop_before","count":2}]"#)
        let hits = (0..<5).map { _ in plan.take(.create, orderID: nil, using: &chance)?.kind }
        #expect(hits == [.dropBefore, .dropBefore, nil, nil, nil])
        #expect(plan.rules.isEmpty)
    }

    @Test("a rule strikes its endpoint and order only") mutating func aRuleStrikesItsEndpointAndOrderOnly() throws {
        var plan = try plan(#"[{"kind":"429","endpoint":"confirm","order_id":"a"}]"#)
        #expect(plan.take(.create, orderID: "a", using: &chance) == nil)
        #expect(plan.take(.confirm, orderID: "b", using: &chance) == nil)
        #expect(plan.take(.confirm, orderID: "a", using: &chance)?.kind == .rateLimited)
    }

    @Test("a rule with a rate strikes at that rate") mutating func rateIsARate() throws {
        var never = try plan(#"[{"kind":"409","rate":0}]"#)
        #expect((0..<100).allSatisfy { _ in never.take(.create, orderID: nil, using: &chance) == nil })
        var half = try plan(#"[{"kind":"409","rate":0.5}]"#)
        let hits = (0..<2_000).filter { _ in half.take(.create, orderID: nil, using: &chance) != nil }.count
        // Twelve standard deviations to either side of 1,000.
        #expect((730...1_270).contains(hits))
    }

    @Test("email faults know their stage") mutating func mailFaultsKnowTheirStage() throws {
        var plan = try plan(
            #"""
            [{"kind":"reject_4xx","recipient":"a@x"},{"kind":"reject_5xx","stage":"dot","order_id":"o"},\#
            {"kind":"drop_after_dot"}]
            """#
        )
        #expect(plan.take(.recipient, recipients: ["b@x"], orderID: nil, using: &chance) == nil)
        #expect(plan.take(.recipient, recipients: ["a@x"], orderID: nil, using: &chance)?.kind == .reject4xx)
        #expect(plan.take(.content, recipients: ["a@x"], orderID: "o", using: &chance)?.kind == .reject5xx)
        #expect(plan.take(.content, recipients: ["a@x"], orderID: nil, using: &chance)?.kind == .dropAfterDot)
        #expect(plan.take(.create, orderID: "o", using: &chance) == nil)
    }

    @Test("webhook faults know their event and order") mutating func webhookFaultsKnowTheirEventAndOrder() throws {
        var plan = try plan(#"[{"kind":"webhook_duplicate","event":"charge.succeeded","order_id":"a","count":1}]"#)
        #expect(plan.take(.intentSucceeded, orderID: "a", using: &chance) == nil)
        #expect(plan.take(.chargeSucceeded, orderID: "b", using: &chance) == nil)
        #expect(plan.take(.confirm, orderID: "a", using: &chance) == nil)
        #expect(plan.take(.chargeSucceeded, orderID: "a", using: &chance)?.kind == .webhookDuplicate)
        #expect(plan.take(.chargeSucceeded, orderID: "a", using: &chance) == nil)
    }

    @Test(
        "nonsense is refused",
        arguments: [
            #"[{"kind":"slow"}]"#, #"[{"kind":"409","rate":1.1}]"#, #"[{"kind":"409","count":0}]"#,
            #"[{"kind":"reject_4xx","endpoint":"confirm"}]"#,
            #"[{"kind":"webhook_late"}]"#, #"[{"kind":"webhook_duplicate","copies":1}]"#,
            #"[{"kind":"webhook_reorder","endpoint":"confirm"}]"#,
            #"[{"kind":"409","event":"charge.succeeded"}]"#, #"[{"kind":"webhook_late","ms":1,"event":"x"}]"#,
            #"[{"kind":"409","shape":"json"}]"#,
            #"[{"kind":"drop_before","stage":"dot"}]"#, #"[{"kind":"slow","ms":-1}]"#, #"[{"kind":"unheard_of"}]"#,
        ])
    func nonsenseIsRefused(_ json: String) {
        #expect(throws: (any Error).self) { try plan(json) }
    }

    @Test("faults in request headers are read")
    func headersAreRead() throws {
        #expect(try FaultRule(header: "drop_after_commit").kind == .dropAfterCommit)
        #expect(try FaultRule(header: "slow=300").milliseconds == 300)
        #expect(try FaultRule(header: "429=7").retryAfter == 7)
        for wrong in ["", "slow", "slow=x", "drop", "reject_4xx"] {
            #expect(throws: FaultError.self) { try FaultRule(header: wrong) }
        }
    }
}
