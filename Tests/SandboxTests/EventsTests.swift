import Testing

@testable import Sandbox

@Suite("Everything that happens to money is told, and listed newest first")
struct EventsTests {
    private static func types(_ reply: Reply) -> [String] { data(reply).compactMap { $0["type"] as? String } }

    private static func data(_ reply: Reply) -> [[String: Any]] { reply.object["data"] as? [[String: Any]] ?? [] }

    @Test("every step of a payment sends its event")
    func aPaymentsLife() async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent()
            _ = try await sandbox.confirm(id, "pm_card_chargeDeclined")
            _ = try await sandbox.confirm(id, "pm_card_authenticationRequired")
            _ = try await sandbox.send("POST", "/_sandbox/authenticate/\(id)", body: "result=success")
            _ = try await sandbox.pay("refunds", "payment_intent=\(id)&amount=500")
            let reply = try await sandbox.pay("events?limit=100", method: "GET")
            #expect(
                Self.types(reply).reversed() == [
                    "payment_intent.created", "charge.failed", "payment_intent.payment_failed",
                    "payment_intent.requires_action",
                    "charge.succeeded",
                    "payment_intent.succeeded", "refund.created", "charge.refunded",
                ])
            let charge = try #require((Self.data(reply).first?["data"] as? [String: Any])?["object"] as? [String: Any])
            #expect(charge["amount_refunded"] as? Int == 500 && charge["refunded"] as? Bool == false)
            #expect(charge["payment_intent"] as? String == id)
            #expect(
                Self.data(reply).allSatisfy { $0["livemode"] as? Bool == false && $0["object"] as? String == "event" })
        }
    }

    @Test("manual capture and cancellation send their events")
    func manualCaptureAndCancel() async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent(more: "&capture_method=manual")
            _ = try await sandbox.confirm(id)
            _ = try await sandbox.pay("payment_intents/\(id)/capture")
            let canceled = try await sandbox.intent()
            _ = try await sandbox.pay("payment_intents/\(canceled)/cancel")
            #expect(
                Self.types(try await sandbox.pay("events?limit=100", method: "GET")).reversed() == [
                    "payment_intent.created", "charge.succeeded", "payment_intent.amount_capturable_updated",
                    "charge.captured",
                    "payment_intent.succeeded", "payment_intent.created", "payment_intent.canceled",
                ])
        }
    }

    @Test("a refused step sends no event")
    func aRefusedStepTellsNothing() async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent()
            _ = try await sandbox.confirm(id)
            let before = Self.types(try await sandbox.pay("events", method: "GET")).count
            #expect(try await sandbox.confirm(id).status == 400)
            #expect(try await sandbox.pay("refunds", "payment_intent=\(id)&amount=5000").status == 400)
            #expect(Self.types(try await sandbox.pay("events", method: "GET")).count == before)
        }
    }

    @Test("events are listed by type, in pages and one by one")
    func listedByTypeInPagesAndOneByOne() async throws {
        try await RunningSandbox.run { sandbox in
            for _ in 0..<3 {
                _ = try await sandbox.confirm(try await sandbox.intent(), key: "k\(Int.random(in: 0...Int.max))")
            }
            let succeeded = try await sandbox.pay("events?type=payment_intent.succeeded&limit=2", method: "GET")
            #expect(Self.types(succeeded) == ["payment_intent.succeeded", "payment_intent.succeeded"])
            #expect(succeeded.object["has_more"] as? Bool == true)
            let last = try #require(Self.data(succeeded).last?["id"] as? String)
            let rest = try await sandbox.pay(
                "events?type=payment_intent.*&limit=2&starting_after=\(last)", method: "GET")
            #expect(Self.types(rest) == ["payment_intent.created", "payment_intent.succeeded"])
            let both = try await sandbox.pay(
                "events?types[]=charge.succeeded&types[]=payment_intent.created", method: "GET")
            #expect(
                Set(Self.types(both)) == ["charge.succeeded", "payment_intent.created"] && Self.types(both).count == 6)
            let one = try await sandbox.pay("events/\(last)", method: "GET")
            #expect(one.text("id") == last)
            #expect((one.object["request"] as? [String: Any])?["idempotency_key"] as? String != nil)
            #expect(try await sandbox.pay("events/evt_none", method: "GET").status == 404)
            #expect(Self.types(try await sandbox.pay("events?created[lt]=1000", method: "GET")).isEmpty)
        }
    }

    @Test("events of refunds are listed")
    func refundsAreListed() async throws {
        try await RunningSandbox.run { sandbox in
            let (one, other) = (try await sandbox.intent(), try await sandbox.intent())
            var ids: [String] = []
            for (id, amounts) in [(one, [100, 200]), (other, [300, 400])] {
                _ = try await sandbox.confirm(id)
                for amount in amounts {
                    let form = "payment_intent=\(id)&amount=\(amount)&metadata[refund_id]=r\(amount)"
                    ids.append(try #require(try await sandbox.pay("refunds", form).text("id")))
                }
            }
            let all = try await sandbox.pay("refunds?created[gte]=1&limit=3", method: "GET")
            #expect(Self.data(all).compactMap { $0["id"] as? String } == [ids[3], ids[2], ids[1]])
            #expect(all.object["has_more"] as? Bool == true && all.text("url") == "/v1/refunds")
            let rest = try await sandbox.pay("refunds?starting_after=\(ids[1])", method: "GET")
            #expect(
                Self.data(rest).compactMap { $0["id"] as? String } == [ids[0]]
                    && rest.object["has_more"] as? Bool == false)
            let ofOne = try await sandbox.pay("refunds?payment_intent=\(one)", method: "GET")
            #expect(
                Self.data(ofOne).compactMap { ($0["metadata"] as? [String: Any])?["refund_id"] as? String } == [
                    "r200", "r100",
                ])
            #expect(try await sandbox.pay("refunds?starting_after=re_none", method: "GET").status == 404)
        }
    }
}
