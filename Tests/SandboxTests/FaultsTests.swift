import Testing

@testable import Sandbox

@Suite("However a call fails, the ledger tells what happened and the key tells it again")
struct FaultsTests {
    @Test func droppedBeforeNothingHappened() async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent()
            for (fault, status) in [("drop_before", 0), ("error_500_before", 500), ("400", 400), ("409", 409), ("429=7", 429)] {
                let reply = try await sandbox.confirm(id, key: "k", fault: fault)
                #expect(reply.status == status, "\(fault)")
                if status == 429 { #expect(reply.headers["retry-after"] == "7" && reply.headers["stripe-should-retry"] == "true") }
                if status == 409 { #expect(reply.error["code"] as? String == "idempotency_key_in_use") }
                #expect(try await sandbox.moved(id).isEmpty, "\(fault)")
            }
            let reply = try await sandbox.confirm(id, key: "k")
            #expect(reply.status == 200 && reply.headers["idempotent-replayed"] == nil)
            #expect(try await sandbox.moved(id) == ["charge 1999"])
        }
    }

    @Test func droppedAfterTheMoneyMovedAndIsToldByTheKey() async throws {
        try await RunningSandbox.run { sandbox in
            for fault in ["drop_after_commit", "truncated_body"] {
                let id = try await sandbox.intent()
                let lost = try await sandbox.confirm(id, key: fault, fault: fault)
                #expect(fault == "drop_after_commit" ? lost.status == 0 : lost.status == 200 && !lost.isWhole && !lost.body.isEmpty)
                #expect(try await sandbox.moved(id) == ["charge 1999"])
                let replay = try await sandbox.confirm(id, key: fault)
                #expect(replay.status == 200 && replay.isWhole && replay.text("status") == "succeeded")
                #expect(replay.headers["idempotent-replayed"] == "true" && replay.headers["original-request"]?.hasPrefix("req_") == true)
                #expect(try await sandbox.moved(id) == ["charge 1999"])
            }
        }
    }

    @Test func aFailureAfterTheCommitIsKeptAndTheIntentTellsTheTruth() async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent()
            let failed = try await sandbox.confirm(id, key: "k", fault: "error_500_after_commit")
            #expect(failed.status == 500 && failed.error["type"] as? String == "api_error")
            let replay = try await sandbox.confirm(id, key: "k")
            #expect(replay.status == 500 && replay.body == failed.body && replay.headers["idempotent-replayed"] == "true")
            #expect(try await sandbox.status(of: id) == "succeeded")
            #expect(try await sandbox.moved(id) == ["charge 1999"])
        }
    }

    @Test func slowCallsTakeTheirTimeAndEffect() async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent()
            let start = ContinuousClock.now
            #expect(try await sandbox.confirm(id, fault: "slow=250").status == 200)
            #expect(ContinuousClock.now - start >= .milliseconds(250))
            #expect(try await sandbox.moved(id) == ["charge 1999"])
        }
    }

    @Test func oneKeyForTwoCallsIsAnError() async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent()
            _ = try await sandbox.confirm(id, "pm_card_visa_chargeDeclined", key: "k")
            let reply = try await sandbox.confirm(id, "pm_card_visa", key: "k")
            #expect(reply.status == 400 && reply.error["type"] as? String == "idempotency_error")
            #expect(try await sandbox.moved(id).isEmpty)
            #expect(try await sandbox.confirm(id, key: String(repeating: "k", count: 256)).status == 400)
        }
    }

    @Test func aKeyIsInFlightForAsLongAsItsCallRuns() async throws {
        try await RunningSandbox.run(latency: 300) { sandbox in
            let id = try await sandbox.intent()
            let replies = try await withThrowingTaskGroup(of: Reply.self) { tasks in
                for _ in 0..<20 { tasks.addTask { try await sandbox.confirm(id, key: "k") } }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            let ran = replies.filter { $0.status == 200 && $0.headers["idempotent-replayed"] == nil }
            let refused = replies.filter { $0.status == 409 && $0.error["code"] as? String == "idempotency_key_in_use" }
            let replayed = replies.filter { $0.status == 200 && $0.headers["idempotent-replayed"] == "true" }
            #expect(ran.count == 1 && !refused.isEmpty && ran.count + refused.count + replayed.count == 20)
            #expect(try await sandbox.moved(id) == ["charge 1999"])
        }
    }

    @Test(arguments: [true, false])
    func aHundredConfirmsChargeOnce(_ sameKey: Bool) async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent()
            let replies = try await withThrowingTaskGroup(of: Reply.self) { tasks in
                for number in 0..<100 { tasks.addTask { try await sandbox.confirm(id, key: sameKey ? "k" : "k\(number)") } }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(replies.count == 100 && replies.filter { $0.status == 200 && $0.headers["idempotent-replayed"] == nil }.count == 1)
            #expect(replies.allSatisfy { sameKey ? [200, 409].contains($0.status) : [200, 400].contains($0.status) })
            #expect(try await sandbox.moved(id) == ["charge 1999"])
        }
    }

    @Test func standingFaultsAreSetShownUsedUpAndCleared() async throws {
        try await RunningSandbox.run { sandbox in
            let set = try await sandbox.setFaults(
                #"{"latency_ms":1,"faults":[{"kind":"drop_after_commit","endpoint":"confirm","count":1,"order_id":"hit"},{"kind":"429","endpoint":"cancel","rate":1}]}"#
            )
            #expect(set.status == 200 && set.number("latency_ms") == 1)
            let (hit, missed) = (try await sandbox.intent(order: "hit"), try await sandbox.intent(order: "missed"))
            #expect(try await sandbox.confirm(missed).status == 200)
            #expect(try await sandbox.confirm(hit, key: "k").status == 0)
            #expect(try await sandbox.confirm(hit, key: "k").status == 200)
            #expect(try await sandbox.pay("payment_intents/\(hit)/cancel").status == 429)
            #expect(try await (sandbox.get("/_sandbox/faults").object["faults"] as? [Any])?.count == 1)
            let cleared = try await sandbox.send("DELETE", "/_sandbox/faults")
            #expect((cleared.object["faults"] as? [Any])?.isEmpty == true && cleared.number("latency_ms") == 0)
            #expect(try await sandbox.pay("payment_intents/\(hit)/cancel").status == 400)
        }
    }

    @Test(arguments: ["", "[]", "{}", #"{"faults":[{"kind":"slw"}]}"#, #"{"latency_ms":-1}"#, #"{"faults":[{"kind":"409","rate":2}]}"#])
    func nonsenseIsRefusedAndChangesNothing(_ body: String) async throws {
        try await RunningSandbox.run { sandbox in
            let reply = try await sandbox.setFaults(body)
            #expect(reply.status == 400 && (reply.error["message"] as? String)?.hasPrefix("Faults: ") == true)
            #expect(try await (sandbox.get("/_sandbox/faults").object["faults"] as? [Any])?.isEmpty == true)
            #expect(try await sandbox.pay("payment_intents", "amount=100&currency=usd", fault: "unheard_of").status == 400)
        }
    }
}
