import FoundationEssentials
import Testing

@testable import Sandbox

@Suite("A dispute waits for evidence until its day, and what is handed in changes it")
struct DisputesTests {
    private static func dispute(_ sandbox: RunningSandbox, _ more: String = "") async throws -> Reply {
        let id = try await sandbox.intent()
        _ = try await sandbox.confirm(id)
        return try await sandbox.send("POST", "/_sandbox/disputes", body: "payment_intent=\(id)\(more)")
    }

    private static func types(_ sandbox: RunningSandbox) async throws -> [String] {
        let data =
            try await sandbox.pay("events?type=charge.dispute.*&limit=100", method: "GET").object["data"]
            as? [[String: Any]]
        return (data ?? []).reversed().compactMap { $0["type"] as? String }
    }

    @Test("evidence has its day, and submitting it sends an event")
    func evidenceIsDueAndHandingItInIsTold()
        async throws
    {
        try await RunningSandbox.run { sandbox in
            let opened = try await Self.dispute(sandbox)
            let details = try #require(opened.object["evidence_details"] as? [String: Any])
            let due = try #require(details["due_by"] as? Int)
            #expect((7 * 86_400...8 * 86_400).contains(due - Int(Date.now.timeIntervalSince1970)))
            #expect(details["has_evidence"] as? Bool == false && details["submission_count"] as? Int == 0)
            let path = "disputes/\(try #require(opened.text("id")))"
            let kept = try await sandbox.pay(path, "evidence[uncategorized_text]=a&submit=false")
            #expect(kept.text("status") == "needs_response")
            let handedIn = try await sandbox.pay(path, "evidence[product_description]=b")
            #expect(handedIn.text("status") == "under_review")
            #expect((handedIn.object["evidence_details"] as? [String: Any])?["submission_count"] as? Int == 1)
            #expect((handedIn.object["evidence"] as? [String: Any])?["uncategorized_text"] as? String == "a")
            #expect(
                try await Self.types(sandbox) == [
                    "charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.updated",
                    "charge.dispute.updated",
                ])
            #expect(try await sandbox.pay(path, "evidence[colour]=red").error["param"] as? String == "evidence[colour]")
        }
    }

    @Test(
        "the magic evidence of the test mode decides a dispute",
        arguments: [("winning_evidence", "won"), ("losing_evidence", "lost")])
    func theEvidenceOfTheTestModeDecides(_ text: String, _ status: String) async throws {
        try await RunningSandbox.run { sandbox in
            let path = "disputes/\(try #require(try await Self.dispute(sandbox).text("id")))"
            _ = try await sandbox.pay(path, "evidence[uncategorized_text]=\(text)")
            _ = try await sandbox.send("POST", "/_sandbox/advance")
            #expect(try await sandbox.pay(path, method: "GET").text("status") == status)
            #expect(try await Self.types(sandbox).contains("charge.dispute.funds_reinstated") == (status == "won"))
            #expect(try await sandbox.pay(path, "evidence[uncategorized_text]=more").status == 400)
        }
    }

    @Test("an inquiry takes no money until it is a dispute")
    func inquiry() async throws {
        try await RunningSandbox.run { sandbox in
            let opened = try await Self.dispute(sandbox, "&inquiry=true&reason=product_not_received&due_by=4102444799")
            let intent = try #require(opened.text("payment_intent"))
            #expect(
                opened.text("status") == "warning_needs_response" && opened.text("reason") == "product_not_received")
            #expect((opened.object["evidence_details"] as? [String: Any])?["due_by"] as? Int == 4_102_444_799)
            #expect(try await sandbox.moved(intent) == ["charge 1999"])
            let path = "/_sandbox/disputes/\(try #require(opened.text("id")))"
            #expect(try await sandbox.send("POST", path, body: "result=won").status == 400)
            #expect(
                try await sandbox.send("POST", path, body: "result=needs_response").text("status") == "needs_response")
            #expect(try await sandbox.moved(intent) == ["charge 1999", "dispute 1999"])
            #expect(
                try await Self.types(sandbox) == [
                    "charge.dispute.created", "charge.dispute.updated", "charge.dispute.funds_withdrawn",
                ])
        }
    }

    @Test("the shop may accept a dispute")
    func theShopMayGiveIn() async throws {
        try await RunningSandbox.run { sandbox in
            let path = "disputes/\(try #require(try await Self.dispute(sandbox).text("id")))"
            #expect(try await sandbox.pay(path + "/close").text("status") == "lost")
            #expect(try await sandbox.pay(path + "/close").status == 400)
        }
    }
}
