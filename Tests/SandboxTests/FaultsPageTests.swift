import Testing

@testable import Sandbox

@Suite("Every fault has a form that people can use")
struct FaultsPageTests {
    @Test("the page has a form for each kind of fault")
    func thePageHasAFormForEachKind() async throws {
        try await RunningSandbox.run { sandbox in
            let page = try await sandbox.get("/faults").body
            for kind in FaultKind.allCases {
                #expect(
                    page.contains("name=\"kind\" value=\"\(kind.rawValue)\"")
                        && page.contains(Page.escape(kind.meaning)), "\(kind)")
            }
            #expect(page.contains("Nothing misbehaves.") && page.contains("Nothing was hit."))
        }
    }

    @Test("a form as it stands on the page is taken", arguments: FaultKind.allCases)
    func aFormAsItStandsOnThePageIsTaken(_ kind: FaultKind) async throws {
        try await RunningSandbox.run { sandbox in
            let page = try await sandbox.get("/faults").body
            let form = try #require(page.split(separator: "<form").first { $0.contains("value=\"\(kind.rawValue)\"") })
            let fields = form.matches(of: #/<input[^>]*name="(\w+)"[^>]*value="([^"]*)"/#).map { "\($0.1)=\($0.2)" }
            let choices = form.matches(of: #/<select name="(\w+)"/#).map { "\($0.1)=" }
            let reply = try await sandbox.send(
                "POST", "/faults", body: (fields + choices).joined(separator: "&"))
            #expect(reply.status == 303 && reply.headers["location"] == "/faults", "\(reply.body)")
            let rules = try await sandbox.get("/_sandbox/faults").object["faults"] as? [[String: Any]]
            #expect(rules?.compactMap { $0["kind"] as? String } == [kind.rawValue])
        }
    }

    @Test("faults in force are shown and ended")
    func whatIsInForceIsShownAndEnded() async throws {
        try await RunningSandbox.run { sandbox in
            let form = "kind=409&endpoint=confirm&count=2&order_id=<o>&ms=&rate=1"
            #expect(try await sandbox.send("POST", "/faults", body: form).status == 303)
            #expect(
                try await sandbox.send("POST", "/faults", body: "kind=slow&ms=1&endpoint=create").status
                    == 303)
            let id = try await sandbox.intent(order: "%3Co%3E")
            #expect(try await sandbox.confirm(id).status == 409)
            let page = try await sandbox.get("/faults").body
            #expect(page.contains("<td><code>409</code></td><td>confirm, order &lt;o&gt;</td><td>1</td>"))
            #expect(
                page.contains("<td><code>409</code></td><td>1</td>")
                    && page.contains("<td><code>slow</code></td><td>1</td>"))
            #expect(try await sandbox.send("POST", "/faults/clear").status == 303)
            #expect(try await sandbox.confirm(id).status == 200)
        }
    }

    @Test("the latency is set")
    func thePaceIsSet() async throws {
        try await RunningSandbox.run { sandbox in
            let spread = "ms=&median_ms=5&p99_ms=9&limit=25/100"
            #expect(try await sandbox.send("POST", "/faults/pace", body: spread).status == 303)
            let report = try await sandbox.get("/_sandbox/faults")
            #expect(report.object["latency"] as? [String: Int] == ["median_ms": 5, "p99_ms": 9])
            #expect(report.object["rate_limit"] as? [String: Int] == ["per_endpoint": 25, "total": 100])
            #expect(try await sandbox.get("/faults").body.contains("value=\"25/100\""))
            #expect(try await sandbox.send("POST", "/faults/pace", body: "ms=7&limit=").status == 303)
            let again = try await sandbox.get("/_sandbox/faults")
            #expect(again.number("latency_ms") == 7 && again.object["rate_limit"] == nil)
        }
    }

    @Test(
        "nonsense is refused with a page",
        arguments: [
            "", "kind=x", "kind=slow", "kind=409&rate=2", "kind=409&count=x", "kind=409&endpoint=nowhere",
            "kind=webhook_late",
        ])
    func nonsenseIsRefusedWithAPage(_ form: String) async throws {
        try await RunningSandbox.run { sandbox in
            let reply = try await sandbox.send("POST", "/faults", body: form)
            #expect(reply.status == 400 && reply.body.contains("Not set") && reply.body.contains("This is a sandbox"))
            #expect(try await (sandbox.get("/_sandbox/faults").object["faults"] as? [Any])?.isEmpty == true)
            for pace in ["ms=x", "median_ms=4", "limit=0"] {
                #expect(try await sandbox.send("POST", "/faults/pace", body: pace).status == 400)
            }
        }
    }

    @Test("webhooks are shown with their answers")
    func webhooksAreShownWithTheirAnswers() async throws {
        let receiver = try HookReceiver { hook, _ in hook.object["livemode"] as? Bool == true ? 400 : 200 }
        try await RunningSandbox.run(settings: { $0.webhook = WebhookTarget(url: receiver.url, secrets: ["s"]) }) {
            sandbox in
            _ = try await sandbox.setFaults(
                #"{"faults":[{"kind":"webhook_other_mode"},{"kind":"webhook_before_answer"}]}"#)
            _ = try await sandbox.intent(order: "<o>")
            let hooks = try await receiver.wait(for: 2, "payment_intent.created")
            let id = try #require(hooks.first { $0.object["livemode"] as? Bool == false }).id
            let again = try await sandbox.send(
                "POST", "/_sandbox/webhooks/\(id)/send", headers: ["Accept": "text/html"])
            #expect(again.status == 303 && again.headers["location"] == "/webhooks")
            let page = try await sandbox.get("/webhooks").body
            #expect(
                page.contains("other_mode: 400") && page.contains("payment_intent.created")
                    && page.contains("&lt;o&gt;"))
            #expect(page.contains(receiver.url) && page.contains("/_sandbox/webhooks/\(id)/send"))
        }
        receiver.stop()
    }
}
