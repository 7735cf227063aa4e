import TestSupport
import Testing

@testable import Sandbox

@Suite("What is told is written as the account's version of the API writes it")
struct VersionsTests {
    @Test(
        "versions are written as the provider writes them",
        arguments: [
            ("2024-10-28.acacia", true), ("2024-06-20", true), ("2025-06-30.basil", true), ("2026-10-28.endive", true),
            ("2024-10-28", false), ("2024-06-20.acacia", false), ("acacia", false), ("2024-13-01.acacia", false),
            ("2024-1-1", false),
            ("2024-10-28.", false), ("2024-10-28.Acacia", false), ("", false), ("2024-10-28.acacia ", false),
            ("\u{0}", false),
        ])
    func spellingOfVersions(_ text: String, _ isVersion: Bool) {
        #expect((StripeVersion(text) != nil) == isVersion)
    }

    @Test("the requested version answers, an unknown one is refused")
    func requestedVersion() async throws {
        try await RunningSandbox.run { sandbox in
            let form = "amount=100&currency=usd&payment_method_types[]=card"
            #expect(try await sandbox.pay("payment_intents", form).headers["stripe-version"] == "2024-10-28.acacia")
            #expect(
                try await sandbox.pay("payment_intents", form, version: "2024-06-20").headers["stripe-version"]
                    == "2024-06-20")
            let refused = try await sandbox.pay("payment_intents", form, version: "yesterday")
            #expect(refused.status == 400 && refused.error["type"] as? String == "invalid_request_error")
            #expect((refused.error["message"] as? String)?.contains("Invalid Stripe API version: yesterday") == true)
        }
    }

    /// Types of events about refunds, in order, of a refund that is made and bounces.
    private static func bounce(_ sandbox: RunningSandbox) async throws -> [String] {
        let id = try await sandbox.intent()
        _ = try await sandbox.confirm(id, "pm_card_refundFail")
        _ = try await sandbox.pay("refunds", "payment_intent=\(id)")
        _ = try await sandbox.send("POST", "/_sandbox/advance")
        let data = try await sandbox.pay("events?limit=100", method: "GET").object["data"] as? [[String: Any]] ?? []
        return data.reversed().compactMap { $0["type"] as? String }.filter { $0.contains("refund") }
    }

    @Test(
        "events of refunds have the names of the version",
        arguments: [
            (
                "2024-10-28.acacia",
                ["refund.created", "charge.refunded", "refund.updated", "charge.refund.updated", "refund.failed"]
            ),
            (
                "2025-06-30.basil",
                ["refund.created", "charge.refunded", "refund.updated", "charge.refund.updated", "refund.failed"]
            ),
            ("2024-06-20", ["charge.refunded", "charge.refund.updated"]),
        ])
    func namesOfRefundEvents(_ version: String, _ types: [String]) async throws {
        try await RunningSandbox.run(settings: { $0.apiVersion = StripeVersion(version) ?? .current }) { sandbox in
            #expect(try await Self.bounce(sandbox) == types)
            let event = (try await sandbox.pay("events?limit=1", method: "GET").object["data"] as? [[String: Any]])?
                .first
            #expect(event?["api_version"] as? String == version)
        }
    }

    @Test("the account's version can be changed while the sandbox runs")
    func changedVersion() async throws {
        try await RunningSandbox.run { sandbox in
            let path = "/_sandbox/webhooks"
            let changed = try await sandbox.send("POST", path, body: #"{"api_version": "2024-06-20"}"#)
            #expect(changed.text("api_version") == "2024-06-20")
            #expect(try await Self.bounce(sandbox) == ["charge.refunded", "charge.refund.updated"])
            #expect(try await sandbox.send("POST", path, body: #"{"api_version": "new"}"#).status == 400)
        }
    }

    @Test("a bounced refund says why and what it was before")
    func bouncedRefund()
        async throws
    {
        try await RunningSandbox.run { sandbox in
            _ = try await Self.bounce(sandbox)
            let data =
                try await sandbox.pay("events?type=refund.updated", method: "GET").object["data"] as? [[String: Any]]
            let content = try #require(data?.first?["data"] as? [String: Any])
            let refund = try #require(content["object"] as? [String: Any])
            #expect(
                refund["status"] as? String == "failed"
                    && refund["failure_reason"] as? String == "expired_or_canceled_card")
            #expect((content["previous_attributes"] as? [String: Any])?["status"] as? String == "succeeded")
        }
    }

    @Test("a thin event is sent on demand and signed")
    func aThinEventIsSentOnDemandAndSigned() async throws {
        let receiver = try HookReceiver()
        let target = WebhookTarget(url: receiver.url, secrets: ["s"])
        try await RunningSandbox.run(settings: { $0.webhook = target }) { sandbox in
            let body =
                #"""
                {"type":"v1.payment_intent.succeeded","related_object":{"id":"pi_1","type":"payment_intent",\#
                "url":"/v1/payment_intents/pi_1"}}
                """#
            let sent = try await sandbox.send("POST", "/_sandbox/webhooks/thin", body: body)
            #expect(sent.status == 200 && sent.body.contains("v1.payment_intent.succeeded"))
            let hook = try #require(receiver.hooks("v1.payment_intent.succeeded").first)
            #expect(hook.isSigned(with: "s") && hook.object["object"] as? String == "v2.core.event")
            #expect(
                hook.object["data"] == nil
                    && (hook.object["related_object"] as? [String: Any])?["id"] as? String == "pi_1")
            #expect(try await sandbox.send("POST", "/_sandbox/webhooks/thin", body: "{}").status == 400)
        }
        receiver.stop()
    }
}
