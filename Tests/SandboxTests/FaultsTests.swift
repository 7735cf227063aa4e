import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import Sandbox

@Suite("However a call fails, the ledger tells what happened and the key tells it again")
struct FaultsTests {
    @Test("a call dropped before it ran moved nothing")
    func droppedBeforeNothingHappened() async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent()
            for (fault, status) in [
                ("drop_before", 0), ("error_500_before", 500), ("400", 400), ("409", 409), ("429=7", 429),
            ] {
                let reply = try await sandbox.confirm(id, key: "k", fault: fault)
                #expect(reply.status == status, "\(fault)")
                if status == 429 {
                    #expect(reply.headers["retry-after"] == "7" && reply.headers["stripe-should-retry"] == "true")
                }
                if status == 409 { #expect(reply.error["code"] as? String == "idempotency_key_in_use") }
                #expect(try await sandbox.moved(id).isEmpty, "\(fault)")
            }
            let reply = try await sandbox.confirm(id, key: "k")
            #expect(reply.status == 200 && reply.headers["idempotent-replayed"] == nil)
            #expect(try await sandbox.moved(id) == ["charge 1999"])
        }
    }

    @Test("a call dropped after the commit moved money, and its key tells so")
    func droppedAfterTheCommit() async throws {
        try await RunningSandbox.run { sandbox in
            for fault in ["drop_after_commit", "truncated_body"] {
                let id = try await sandbox.intent()
                let lost = try await sandbox.confirm(id, key: fault, fault: fault)
                #expect(
                    fault == "drop_after_commit"
                        ? lost.status == 0 : lost.status == 200 && !lost.isWhole && !lost.body.isEmpty)
                #expect(try await sandbox.moved(id) == ["charge 1999"])
                let replay = try await sandbox.confirm(id, key: fault)
                #expect(replay.status == 200 && replay.isWhole && replay.text("status") == "succeeded")
                #expect(
                    replay.headers["idempotent-replayed"] == "true"
                        && replay.headers["original-request"]?.hasPrefix("req_") == true)
                #expect(try await sandbox.moved(id) == ["charge 1999"])
            }
        }
    }

    @Test("a failure after the commit is kept, and the intent tells the truth")
    func failureAfterTheCommit()
        async throws
    {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent()
            let failed = try await sandbox.confirm(id, key: "k", fault: "error_500_after_commit")
            #expect(failed.status == 500 && failed.error["type"] as? String == "api_error")
            let replay = try await sandbox.confirm(id, key: "k")
            #expect(
                replay.status == 500 && replay.body == failed.body && replay.headers["idempotent-replayed"] == "true")
            #expect(try await sandbox.status(of: id) == "succeeded")
            #expect(try await sandbox.moved(id) == ["charge 1999"])
        }
    }

    @Test("garbage hides what happened, and the key tells it")
    func garbage()
        async throws
    {
        try await RunningSandbox.run { sandbox in
            for (fault, type) in [("garbage", "text/html"), ("garbage=json", "application/json")] {
                let id = try await sandbox.intent()
                let garbled = try await sandbox.confirm(id, key: fault, fault: fault)
                #expect(garbled.status == 200 && garbled.isWhole && garbled.headers["content-type"] == type)
                #expect(garbled.text("id") == nil && garbled.object.isEmpty == (fault == "garbage"))
                #expect(try await sandbox.moved(id) == ["charge 1999"])
                let replay = try await sandbox.confirm(id, key: fault)
                #expect(replay.text("status") == "succeeded" && replay.headers["idempotent-replayed"] == "true")
            }
            let read = try await sandbox.pay(
                "payment_intents/\(try await sandbox.intent())", fault: "garbage", method: "GET")
            #expect(read.status == 200 && read.object.isEmpty)
            #expect(try await sandbox.confirm("pi_none", fault: "garbage=xml").status == 400)
        }
    }

    @Test("a hanging call never runs nor answers")
    func aHangingCallNeverRunsNorAnswers() async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent()
            let text =
                "POST /v1/payment_intents/\(id)/confirm HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk_test_tests\r\n"
            let headers =
                "Content-Type: application/x-www-form-urlencoded\r\nX-Sandbox-Fault: hang\r\nIdempotency-Key: k\r\n"
            let form = "payment_method=pm_card_visa"
            try await Wire.connect(to: sandbox.urls.httpPort).executeThenClose { inbound, outbound in
                try await outbound.write(
                    ByteBuffer(string: "\(text)\(headers)Content-Length: \(form.utf8.count)\r\n\r\n\(form)"))
                let heard = try await withThrowingTaskGroup(of: Bool.self) { tasks in
                    tasks.addTask {
                        for try await _ in inbound { return true }
                        return false
                    }
                    tasks.addTask {
                        try await letTimePass(.milliseconds(300), because: "silence shows only over time")
                        return false
                    }
                    defer { tasks.cancelAll() }
                    return try await tasks.next() ?? true
                }
                #expect(!heard)
            }
            #expect(try await sandbox.moved(id).isEmpty)
            let after = try await sandbox.confirm(id, key: "k")
            #expect(after.status == 200 && after.headers["idempotent-replayed"] == nil, "its key was never taken")
        }
    }

    @Test("a hanging call does not hold up the end")
    func aHangingCallDoesNotHoldUpTheEnd() async throws {
        let (caller, start) = try await RunningSandbox.run { sandbox in
            _ = try await sandbox.setFaults(#"{"faults":[{"kind":"hang","endpoint":"retrieve"}]}"#)
            let request =
                "GET /v1/payment_intents/pi_1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk_test_tests\r\n\r\n"
            let caller = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: sandbox.urls.httpPort).get()
            try await caller.writeAndFlush(ByteBuffer(string: request))
            try await eventually("it hangs") {
                (try await sandbox.get("/_sandbox/faults").object["struck"] as? [String: Int])?["hang"] == 1
            }
            return (caller, ContinuousClock.now)
        }
        try? await caller.close()
        #expect(ContinuousClock.now - start < .seconds(4), "the grace time is five seconds")
    }

    @Test("forgotten keys run again")
    func forgottenKeysRunAgain() async throws {
        try await withTemporaryDirectory { directory in
            let form = "amount=100&currency=usd"
            try await RunningSandbox.run(data: directory) { sandbox in
                let (one, other) = (
                    try await sandbox.pay("payment_intents", form, key: "one"),
                    try await sandbox.pay("payment_intents", form, key: "other")
                )
                #expect(try await sandbox.send("DELETE", "/_sandbox/idempotency?key=one").number("forgotten") == 1)
                #expect(try await sandbox.pay("payment_intents", form, key: "one").text("id") != one.text("id"))
                #expect(try await sandbox.pay("payment_intents", form, key: "other").text("id") == other.text("id"))
                #expect(try await sandbox.send("DELETE", "/_sandbox/idempotency").number("forgotten") == 2)
            }
            try await RunningSandbox.run(data: directory) { sandbox in
                let again = try await sandbox.pay("payment_intents", form, key: "other")
                #expect(
                    again.status == 200 && again.headers["idempotent-replayed"] == nil,
                    "a restart does not bring them back")
            }
        }
    }

    @Test("a failing call can take its time too")
    func aFailureCanTakeItsTime() async throws {
        try await RunningSandbox.run { sandbox in
            _ = try await sandbox.setFaults(#"{"faults":[{"kind":"error_500_before","ms":250}]}"#)
            let start = ContinuousClock.now
            #expect(try await sandbox.pay("payment_intents", "amount=100&currency=usd").status == 500)
            #expect(ContinuousClock.now - start >= .milliseconds(250))
        }
    }

    @Test("slow calls take their time and effect")
    func slowCallsTakeTheirTimeAndEffect() async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent()
            let start = ContinuousClock.now
            #expect(try await sandbox.confirm(id, fault: "slow=250").status == 200)
            #expect(ContinuousClock.now - start >= .milliseconds(250))
            #expect(try await sandbox.moved(id) == ["charge 1999"])
        }
    }

    @Test("one key for two calls is an error")
    func oneKeyForTwoCallsIsAnError() async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent()
            _ = try await sandbox.confirm(id, "pm_card_visa_chargeDeclined", key: "k")
            let reply = try await sandbox.confirm(id, "pm_card_visa", key: "k")
            #expect(reply.status == 400 && reply.error["type"] as? String == "idempotency_error")
            #expect(try await sandbox.moved(id).isEmpty)
            #expect(try await sandbox.confirm(id, key: String(repeating: "k", count: 256)).status == 400)
        }
    }

    @Test("a key is in flight for as long as its call runs")
    func keyInFlight() async throws {
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

    @Test("a hundred confirms charge once", arguments: [true, false])
    func aHundredConfirmsChargeOnce(_ sameKey: Bool) async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent()
            let replies = try await withThrowingTaskGroup(of: Reply.self) { tasks in
                for number in 0..<100 {
                    tasks.addTask { try await sandbox.confirm(id, key: sameKey ? "k" : "k\(number)") }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(
                replies.count == 100
                    && replies.filter { $0.status == 200 && $0.headers["idempotent-replayed"] == nil }.count == 1)
            #expect(replies.allSatisfy { sameKey ? [200, 409].contains($0.status) : [200, 400].contains($0.status) })
            #expect(try await sandbox.moved(id) == ["charge 1999"])
        }
    }

    @Test("standing faults are set, shown, used up and cleared")
    func standingFaults() async throws {
        try await RunningSandbox.run { sandbox in
            let set = try await sandbox.setFaults(
                #"""
                {"latency_ms":1,"faults":[{"kind":"drop_after_commit","endpoint":"confirm",\#
                "count":1,"order_id":"hit"},{"kind":"429","endpoint":"cancel","rate":1}]}
                """#
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

    @Test(
        "nonsense is refused and changes nothing",
        arguments: [
            "", "[]", "{}", #"{"faults":[{"kind":"slw"}]}"#, #"{"latency_ms":-1}"#,
            #"{"faults":[{"kind":"409","rate":2}]}"#,
        ])
    func nonsenseIsRefusedAndChangesNothing(_ body: String) async throws {
        try await RunningSandbox.run { sandbox in
            let reply = try await sandbox.setFaults(body)
            #expect(reply.status == 400 && (reply.error["message"] as? String)?.hasPrefix("Faults: ") == true)
            #expect(try await (sandbox.get("/_sandbox/faults").object["faults"] as? [Any])?.isEmpty == true)
            #expect(
                try await sandbox.pay("payment_intents", "amount=100&currency=usd", fault: "unheard_of").status == 400)
        }
    }
}
