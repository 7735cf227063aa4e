import FoundationEssentials
import TestSupport
import Testing

@testable import Sandbox

@Suite("The shop is told of every event until it takes it, however badly it is told")
struct WebhooksTests {
    /// Runs a sandbox that sends to a receiver.
    private func run(
        _ receiver: HookReceiver, data: String? = nil, _ body: @escaping @Sendable (RunningSandbox) async throws -> Void
    ) async throws {
        let target = WebhookTarget(url: receiver.url, secrets: [WebhookTarget.defaultSecret])
        try await RunningSandbox.run(data: data, settings: { $0.webhook = target }, body)
        receiver.stop()
    }

    private static func deliveries(_ sandbox: RunningSandbox, _ query: String = "") async throws -> [[String: Any]] {
        try await sandbox.get("/_sandbox/webhooks" + query).object["deliveries"] as? [[String: Any]] ?? []
    }

    /// Variant and status of every attempt of an event.
    private static func attempts(_ sandbox: RunningSandbox, _ event: String) async throws -> [String] {
        let attempts = try await deliveries(sandbox, "?event=\(event)").first?["attempts"] as? [[String: Any]] ?? []
        return attempts.map { "\($0["variant"] ?? "?") \($0["status"] ?? "?")" }.sorted()
    }

    @Test("signatures are those of the provider")
    func signaturesAreTheProviders() {
        // Made with: printf '1492774577.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_sandbox
        #expect(
            WebhookSignature.header(
                of: #"{"id":"evt_1"}"#, secrets: ["whsec_sandbox", "whsec_other"], at: 1_492_774_577)
                == "t=1492774577,v1=c963f5361c0ae50aa6ee0754b58e0cd50c3582b73793fc307937411cd3a8259f"
                + ",v1=7de382fc9d50efc4cbab2272c65bd6bca85a6eb696ebf6d9dfed06b24d0a3ca8"
        )
    }

    @Test("pauses double up to a minute")
    func pausesDoubleUpToAMinute() {
        #expect((0...8).map { WebhookDelivery.pause(after: $0) } == [1, 2, 4, 8, 16, 32, 64, 64, 64])
    }

    @Test("an event arrives signed")
    func anEventArrivesSigned() async throws {
        let receiver = try HookReceiver()
        try await run(receiver) { sandbox in
            let id = try await sandbox.intent()
            _ = try await sandbox.confirm(id, key: "k")
            let hook = try #require(try await receiver.wait(for: 1, "payment_intent.succeeded").first)
            #expect(hook.isSigned(with: WebhookTarget.defaultSecret) && !hook.isSigned(with: "whsec_other"))
            #expect(abs((hook.signedAt ?? 0) - Int(Date.now.timeIntervalSince1970)) < 5)
            #expect(hook.subject["id"] as? String == id && hook.subject["status"] as? String == "succeeded")
            #expect(
                hook.request.method == "POST"
                    && hook.request.headers["content-type"]?.hasPrefix("application/json") == true)
            let listed = try await sandbox.pay("events/\(hook.id)", method: "GET")
            #expect(listed.body == hook.request.body, "the list tells what the webhook told")
            try await eventually("delivered") {
                try await Self.deliveries(sandbox, "?order_id=order-1").allSatisfy { $0["delivered"] as? Bool == true }
            }
            #expect(try await Self.deliveries(sandbox).count == 3)
            #expect(try await Self.attempts(sandbox, hook.id) == ["genuine 200"])
        }
    }

    @Test("an event is sent again until it is taken")
    func itIsSentAgainUntilItIsTaken() async throws {
        let receiver = try HookReceiver { hook, earlier in earlier.contains { $0.id == hook.id } ? 204 : 500 }
        try await run(receiver) { sandbox in
            _ = try await sandbox.intent()
            let hooks = try await receiver.wait(for: 2, "payment_intent.created")
            #expect(hooks[0].id == hooks[1].id && hooks[0].request.body == hooks[1].request.body)
            #expect(hooks[1].at.timeIntervalSince(hooks[0].at) > 0.9)
            try await eventually("delivered") {
                try await Self.deliveries(sandbox).first?["delivered"] as? Bool == true
            }
            #expect(try await Self.attempts(sandbox, hooks[0].id) == ["genuine 204", "genuine 500"])
        }
    }

    @Test("events not taken before the end are sent after the next start")
    func sentAfterTheNextStart() async throws {
        try await withTemporaryDirectory { directory in
            let deaf = try HookReceiver { hook, _ in hook.type == "payment_intent.created" ? 200 : 503 }
            try await run(deaf, data: directory) { sandbox in
                _ = try await sandbox.confirm(try await sandbox.intent())
                _ = try await deaf.wait(for: 1, "payment_intent.succeeded")
                _ = try await deaf.wait(for: 1, "charge.succeeded")
                try await eventually("the first is delivered") {
                    try await Self.deliveries(sandbox).first?["delivered"] as? Bool == true
                }
            }
            let missed = try #require(deaf.hooks("payment_intent.succeeded").first)
            let receiver = try HookReceiver()
            try await run(receiver, data: directory) { sandbox in
                #expect(try await receiver.wait(for: 1, "payment_intent.succeeded").first?.id == missed.id)
                _ = try await receiver.wait(for: 1, "charge.succeeded")
                #expect(receiver.hooks("payment_intent.created").isEmpty)
            }
            let calm = try HookReceiver()
            try await run(calm, data: directory) { sandbox in
                _ = try await sandbox.intent()
                _ = try await calm.wait(for: 1, "payment_intent.created")
                #expect(calm.hooks("payment_intent.succeeded").isEmpty)
            }
        }
    }

    @Test("duplicates come at once")
    func duplicatesComeAtOnce() async throws {
        let receiver = try HookReceiver()
        try await run(receiver) { sandbox in
            let fault = #"{"faults":[{"kind":"webhook_duplicate","copies":5,"event":"payment_intent.succeeded"}]}"#
            #expect(try await sandbox.setFaults(fault).status == 200)
            _ = try await sandbox.confirm(try await sandbox.intent())
            let hooks = try await receiver.wait(for: 5, "payment_intent.succeeded")
            #expect(Set(hooks.map(\.id)).count == 1)
            #expect(hooks.allSatisfy { $0.isSigned(with: WebhookTarget.defaultSecret) })
            #expect(receiver.hooks("payment_intent.created").count == 1)
        }
    }

    @Test(
        "a forged event comes beside the true one",
        arguments: ["webhook_bad_signature", "webhook_old_timestamp", "webhook_other_mode"])
    func aForgeryComesBesidesTheTruth(_ kind: String) async throws {
        let receiver = try HookReceiver { hook, _ in
            let isFresh = abs((hook.signedAt ?? 0) - Int(Date.now.timeIntervalSince1970)) < 300
            let isOurs = hook.isSigned(with: WebhookTarget.defaultSecret) && hook.object["livemode"] as? Bool == false
            return isFresh && isOurs ? 200 : 400
        }
        try await run(receiver) { sandbox in
            _ = try await sandbox.setFaults(#"{"faults":[{"kind":"\#(kind)","count":1}]}"#)
            _ = try await sandbox.intent()
            let hooks = try await receiver.wait(for: 2, "payment_intent.created")
            let event = try #require(hooks.first { $0.object["livemode"] as? Bool == false }).id
            try await eventually("delivered") {
                try await Self.deliveries(sandbox).first?["delivered"] as? Bool == true
            }
            #expect(
                try await Self.attempts(sandbox, event)
                    == ["\(kind.dropFirst("webhook_".count)) 400", "genuine 200"].sorted())
            #expect(hooks.contains { $0.id != event } == (kind == "webhook_other_mode"))
        }
    }

    @Test("a late event does not come before its time")
    func lateMeansNotBefore() async throws {
        let receiver = try HookReceiver()
        try await run(receiver) { sandbox in
            _ = try await sandbox.setFaults(#"{"faults":[{"kind":"webhook_late","ms":300}]}"#)
            let start = Date.now
            _ = try await sandbox.intent()
            #expect(try await receiver.wait(for: 1, "payment_intent.created")[0].at.timeIntervalSince(start) >= 0.3)
        }
    }

    @Test("a reordered event is overtaken")
    func aReorderedEventIsOvertaken() async throws {
        let receiver = try HookReceiver()
        try await run(receiver) { sandbox in
            _ = try await sandbox.setFaults(
                #"{"faults":[{"kind":"webhook_reorder","event":"payment_intent.requires_action","ms":60000}]}"#)
            let id = try await sandbox.intent()
            _ = try await receiver.wait(for: 1, "payment_intent.created")
            _ = try await sandbox.confirm(id, "pm_card_authenticationRequired")
            _ = try await sandbox.intent(order: "another")
            _ = try await receiver.wait(for: 2, "payment_intent.created")
            #expect(receiver.hooks("payment_intent.requires_action").isEmpty, "another order's event overtakes nothing")
            _ = try await sandbox.confirm(id)
            _ = try await receiver.wait(for: 1, "payment_intent.requires_action")
            let types = receiver.hooks().map(\.type)
            let (asked, charged) = (
                types.firstIndex(of: "payment_intent.requires_action"), types.firstIndex(of: "charge.succeeded")
            )
            let succeeded = types.firstIndex(of: "payment_intent.succeeded")
            #expect(try #require(asked) > min(try #require(charged), succeeded ?? .max))
        }
    }

    @Test("an event can be heard before the answer")
    func anEventCanBeHeardBeforeTheAnswer() async throws {
        let receiver = try HookReceiver()
        try await run(receiver) { sandbox in
            _ = try await sandbox.setFaults(
                #"{"faults":[{"kind":"webhook_before_answer","event":"payment_intent.succeeded"}]}"#)
            for number in 1...20 {
                #expect(try await sandbox.confirm(try await sandbox.intent()).status == 200)
                #expect(receiver.hooks("payment_intent.succeeded").count == number)
            }
        }
    }

    @Test("address and secret are changed while the sandbox runs")
    func whereAndHowIsChangedWhileItRuns() async throws {
        let receiver = try HookReceiver()
        try await RunningSandbox.run { sandbox in
            let unheard = try await sandbox.intent()
            #expect(try await Self.deliveries(sandbox).isEmpty)
            #expect(
                try await sandbox.send("POST", "/_sandbox/webhooks", body: #"{"secret":"s"}"#).status == 400,
                "nowhere to send to")
            for nonsense in [
                "", #"{"url":"ftp://x"}"#, #"{"url":"http://x","secret":""}"#, #"{"url":"http://x","secrets":[]}"#,
            ] {
                #expect(try await sandbox.send("POST", "/_sandbox/webhooks", body: nonsense).status == 400)
            }
            let event = try await sandbox.pay("events", method: "GET").object["data"] as? [[String: Any]]
            let id = try #require(event?.first?["id"] as? String)
            #expect(try await sandbox.send("POST", "/_sandbox/webhooks/\(id)/send").status == 400)
            #expect(
                try await sandbox.send("POST", "/_sandbox/webhooks", body: #"{"url":"\#(receiver.url)"}"#).status == 200
            )
            let secrets = try await sandbox.send("POST", "/_sandbox/webhooks", body: #"{"secrets":["old","new"]}"#)
            #expect(secrets.object["secrets"] as? [String] == ["old", "new"] && secrets.text("url") == receiver.url)
            _ = try await sandbox.confirm(unheard)
            let hook = try #require(try await receiver.wait(for: 1, "payment_intent.succeeded").first)
            #expect(
                hook.isSigned(with: "old") && hook.isSigned(with: "new")
                    && !hook.isSigned(with: WebhookTarget.defaultSecret))
            #expect(receiver.hooks("payment_intent.created").isEmpty, "what happened before is only listed")
            let sent = try await sandbox.send("POST", "/_sandbox/webhooks/\(id)/send")
            #expect(sent.status == 200 && receiver.hooks("payment_intent.created").map(\.id) == [id])
            #expect(try await Self.attempts(sandbox, id) == ["genuine 200"])
            #expect(try await sandbox.send("POST", "/_sandbox/webhooks/evt_none/send").status == 404)
        }
        receiver.stop()
    }
}
