import Testing

@testable import Sandbox

@Suite("A sandbox that was stopped comes back like a provider that was unreachable")
struct RestartTests {
    @Test("a restart forgets nothing")
    func nothingIsForgotten() async throws {
        try await withTemporaryDirectory { directory in
            let (paid, open, first) = try await RunningSandbox.run(data: directory) { sandbox in
                let paid = try await sandbox.intent(order: "o-1")
                let first = try await sandbox.confirm(paid, key: "confirm")
                _ = try await sandbox.pay("refunds", "payment_intent=\(paid)&amount=500", key: "refund")
                let open = try await sandbox.intent(order: "o-2")
                _ = try await sandbox.confirm(open, "pm_card_visa_chargeDeclined", key: "declined")
                _ = try await sandbox.confirm(open, key: "stored-500", fault: "error_500_after_commit")
                #expect(try await sandbox.deliver(Emails.simple(id: "m-1@shop", to: "a@example.org")) == "250")
                return (paid, open, first)
            }
            try await RunningSandbox.run(data: directory) { sandbox in
                #expect(try await sandbox.moved(paid) == ["charge 1999", "refund 500"])
                let replay = try await sandbox.confirm(paid, key: "confirm")
                #expect(replay.body == first.body && replay.headers["idempotent-replayed"] == "true")
                #expect(replay.headers["original-request"] == first.headers["request-id"])
                #expect(
                    try await sandbox.pay("refunds", "payment_intent=\(paid)&amount=500", key: "refund").headers[
                        "idempotent-replayed"]
                        == "true")
                #expect(try await sandbox.pay("refunds", "payment_intent=\(paid)&amount=1500").status == 400)
                #expect(try await sandbox.confirm(open, "pm_card_visa_chargeDeclined", key: "declined").status == 402)
                #expect(try await sandbox.confirm(open, key: "stored-500").status == 500)
                #expect(try await sandbox.moved(open) == ["charge 1999"])
                let listed = try await sandbox.pay("payment_intents", method: "GET").object["data"] as? [[String: Any]]
                #expect(listed?.compactMap { $0["id"] as? String } == [open, paid])
                #expect(try await sandbox.get("/mail/activity?message_id=m-1@shop").object["accepted"] as? Bool == true)
                #expect(try await sandbox.get("/mail/1").body.contains("Hello a@example.org"))
            }
        }
    }

    @Test("without a directory everything is forgotten")
    func withoutADirectory() async throws {
        let id = try await RunningSandbox.run { try await $0.intent() }
        let status = try await RunningSandbox.run { try await $0.status(of: id) }
        #expect(status == nil)
    }
}
