import Testing

@testable import Sandbox

@Suite("What takes its time happens in time, or when a test says so, and is told")
struct LaterTests {
    private static func eventTypes(_ sandbox: RunningSandbox, about id: String) async throws -> [String] {
        let data = try await sandbox.pay("events?limit=100", method: "GET").object["data"] as? [[String: Any]] ?? []
        return data.reversed().compactMap { event in
            let object = (event["data"] as? [String: Any])?["object"] as? [String: Any]
            return object?["id"] as? String == id ? event["type"] as? String : nil
        }
    }

    private static func advance(_ sandbox: RunningSandbox, order: String = "") async throws -> [String] {
        let path = "/_sandbox/advance" + (order.isEmpty ? "" : "?order_id=" + order)
        return try await sandbox.send("POST", path).objects.compactMap { $0["status"] as? String }
    }

    @Test("a bounced refund returns the money to the shop")
    func bouncedRefund() async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent()
            _ = try await sandbox.confirm(id, "pm_card_refundFail")
            let refund = try await sandbox.pay("refunds", "payment_intent=\(id)")
            #expect(refund.text("status") == "succeeded")
            let refundID = try #require(refund.text("id"))
            #expect(
                try await sandbox.pay("refunds/\(refundID)", method: "GET").text("status") == "succeeded",
                "looking changes nothing")
            #expect(try await Self.advance(sandbox) == ["failed"])
            #expect(try await Self.advance(sandbox).isEmpty, "it bounces once")
            #expect(try await sandbox.pay("refunds/\(refundID)", method: "GET").text("status") == "failed")
            #expect(try await sandbox.moved(id) == ["charge 1999", "refund 1999", "refund_failed 1999"])
            #expect(
                try await Self.eventTypes(sandbox, about: refundID) == [
                    "refund.created", "refund.updated", "charge.refund.updated", "refund.failed",
                ])
            #expect(try await sandbox.pay("refunds", "payment_intent=\(id)").status == 200)
        }
    }

    @Test("a pending refund arrives")
    func aPendingRefundArrives() async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent()
            _ = try await sandbox.confirm(id, "pm_card_pendingRefund")
            let refund = try await sandbox.pay("refunds", "payment_intent=\(id)")
            #expect(refund.text("status") == "pending")
            #expect(try await Self.advance(sandbox, order: "another").isEmpty)
            #expect(try await Self.advance(sandbox, order: "order-1") == ["succeeded"])
            #expect(
                try await Self.eventTypes(sandbox, about: try #require(refund.text("id"))) == [
                    "refund.created", "refund.updated", "charge.refund.updated",
                ])
            #expect(try await sandbox.moved(id) == ["charge 1999", "refund 1999"])
        }
    }

    @Test(
        "a dispute is opened and decided",
        arguments: [
            ("won", ["charge 1999", "dispute 1999", "dispute_won 1999"]), ("lost", ["charge 1999", "dispute 1999"]),
        ])
    func aDisputeIsOpenedAndDecided(_ result: String, _ moved: [String]) async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent()
            _ = try await sandbox.confirm(id, "pm_card_createDispute")
            #expect(try await Self.advance(sandbox) == ["needs_response"])
            #expect(try await Self.advance(sandbox).isEmpty)
            let listed =
                try await sandbox.pay("disputes?payment_intent=\(id)", method: "GET").object["data"] as? [[String: Any]]
            let dispute = try #require(listed?.first?["id"] as? String)
            #expect(
                try await sandbox.pay("refunds", "payment_intent=\(id)").error["code"] as? String == "charge_disputed")
            #expect(try await sandbox.get("/disputes").body.contains(dispute))
            #expect(try await sandbox.send("POST", "/_sandbox/disputes/\(dispute)", body: "result=maybe").status == 400)
            #expect(
                try await sandbox.send("POST", "/_sandbox/disputes/\(dispute)", body: "result=\(result)").text("status")
                    == result)
            #expect(
                try await sandbox.send("POST", "/_sandbox/disputes/\(dispute)", body: "result=won").status == 400,
                "once")
            #expect(try await sandbox.pay("disputes/\(dispute)", method: "GET").text("status") == result)
            #expect(try await sandbox.moved(id) == moved)
            #expect(
                try await Self.eventTypes(sandbox, about: dispute)
                    == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
                    + (result == "won" ? ["charge.dispute.funds_reinstated"] : []) + ["charge.dispute.closed"])
        }
    }

    @Test("a charge can be disputed as far as it was not refunded")
    func disputeOfTheRest()
        async throws
    {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent()
            #expect(
                try await sandbox.send("POST", "/_sandbox/disputes", body: "payment_intent=\(id)").status == 400,
                "nothing was paid")
            _ = try await sandbox.confirm(id)
            _ = try await sandbox.pay("refunds", "payment_intent=\(id)&amount=999")
            let opened = try await sandbox.send(
                "POST", "/_sandbox/disputes", body: "payment_intent=\(id)&reason=duplicate")
            #expect(opened.number("amount") == 1000 && opened.text("reason") == "duplicate")
            #expect(
                try await sandbox.send("POST", "/_sandbox/disputes", body: "payment_intent=\(id)").status == 400, "once"
            )
            #expect(try await sandbox.send("POST", "/_sandbox/disputes", body: "payment_intent=pi_none").status == 404)
        }
    }

    @Test(
        "a debit is processing first",
        arguments: [
            ("pm_usBankAccount_success", "succeeded"),
            ("pm_usBankAccount_insufficientFunds", "requires_payment_method"),
        ])
    func aDebitIsUnderWayFirst(_ method: String, _ outcome: String) async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent()
            #expect(try await sandbox.confirm(id, method).text("status") == "processing")
            #expect(try await sandbox.pay("payment_intents/\(id)/cancel").status == 400)
            #expect(try await sandbox.moved(id).isEmpty)
            _ = try await Self.advance(sandbox)
            #expect(try await sandbox.status(of: id) == outcome)
            #expect(try await sandbox.moved(id) == (outcome == "succeeded" ? ["charge 1999"] : []))
            let told = outcome == "succeeded" ? "payment_intent.succeeded" : "payment_intent.payment_failed"
            #expect(
                try await Self.eventTypes(sandbox, about: id) == [
                    "payment_intent.created", "payment_intent.processing", told,
                ])
        }
    }

    @Test("time brings about what is due")
    func timeBringsItAbout() async throws {
        let receiver = try HookReceiver()
        let target = WebhookTarget(url: receiver.url, secrets: ["s"])
        try await RunningSandbox.run(settings: { ($0.laterMilliseconds, $0.webhook) = (50, target) }) { sandbox in
            let id = try await sandbox.intent()
            _ = try await sandbox.confirm(id, "pm_card_createDispute")
            let hook = try #require(try await receiver.wait(for: 1, "charge.dispute.created").first)
            #expect(hook.subject["payment_intent"] as? String == id && hook.isSigned(with: "s"))
        }
        receiver.stop()
    }

    @Test("a restart does not stop time")
    func aRestartDoesNotStopTime() async throws {
        try await withTemporaryDirectory { directory in
            let id = try await RunningSandbox.run(data: directory) { sandbox in
                let id = try await sandbox.intent()
                _ = try await sandbox.confirm(id, "pm_usBankAccount_success")
                return id
            }
            let receiver = try HookReceiver()
            let target = WebhookTarget(url: receiver.url, secrets: ["s"])
            try await RunningSandbox.run(
                data: directory, settings: { ($0.laterMilliseconds, $0.webhook) = (10, target) }
            ) { sandbox in
                _ = try await receiver.wait(for: 1, "payment_intent.succeeded")
                #expect(try await sandbox.moved(id) == ["charge 1999"])
            }
            receiver.stop()
        }
    }
}
