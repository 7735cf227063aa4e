import Crypto
import Foundation
import TestSupport
import Testing

@testable import Sandbox

@Suite("The mail provider's API takes what the provider takes, refuses what it refuses, and tells what became of it")
struct SendGridTests {
    private static let whole = """
        {"personalizations":[{"to":[{"email":"ada@example.org","name":"Ada"}],"custom_args":{"delivery_id":"d-1"}}],
        "from":{"email":"shop@example.org","name":"Shop"},"subject":"Thanks, Åda",
        "content":[{"type":"text/plain","value":"Hello\\nAda"},
        {"type":"text/html","value":"<p>Hello</p>"}],"headers":{"Message-ID":"<m-1@shop>"},
        "custom_args":{"order_id":"o-1","email":"x"}}
        """

    private static func send(_ sandbox: RunningSandbox, _ body: String, key: String = "SG.sandbox") async throws
        -> Reply
    {
        try await sandbox.send(
            "POST", "/v3/mail/send", headers: ["Authorization": "Bearer \(key)", "Content-Type": "application/json"],
            body: body)
    }

    private static func messages(_ reply: Reply) -> [String] {
        (reply.object["errors"] as? [[String: Any]] ?? []).compactMap {
            $0["field"] as? String ?? $0["message"] as? String
        }
    }

    @Test("an email is accepted and readable")
    func anEmailIsAcceptedAndReadable() async throws {
        try await RunningSandbox.run { sandbox in
            let reply = try await Self.send(sandbox, Self.whole)
            #expect(reply.status == 202 && reply.body.isEmpty)
            let id = try #require(reply.headers["x-message-id"])
            let listed = try #require(try await sandbox.get("/_sandbox/mail?order_id=o-1").objects.first)
            #expect(listed["message_id"] as? String == "m-1@shop" && listed["to"] as? [String] == ["ada@example.org"])
            #expect(listed["subject"] as? String == "Thanks, Åda" && listed["provider_id"] as? String == id)
            #expect(listed["fate"] as? String == "delivered")
            #expect((listed["custom_args"] as? [String: String])?["delivery_id"] == "d-1")
            let mail = try await sandbox.get("/_sandbox/mail/1")
            #expect(mail.text("text") == "Hello\nAda" && mail.text("html") == "<p>Hello</p>")
            #expect(try await sandbox.wasAccepted("m-1@shop") == true)
        }
    }

    @Test(
        "nonsense is refused",
        arguments: [
            ("{}", ["personalizations", "from.email", "subject", "content"]), ("{", ["Bad Request"]),
            (#"{"personalizations":3}"#, ["personalizations"]),
            (#"[]"#, ["Invalid type. Expected: object, given: array."]),
            (#"{"custom_args":{"a":1}}"#, ["custom_args.a"]), (#"{"subjekt":"x"}"#, ["subjekt"]),
            (#"{"personalizations":[{"to":[{"e-mail":"a@b.c"}]}]}"#, ["personalizations.0.to.0"]),
            ("{\"subject\":\"\\u0000\"}", ["personalizations", "from.email", "content"]),
        ])
    func nonsenseIsRefused(_ body: String, _ fields: [String]) async throws {
        try await RunningSandbox.run { sandbox in
            let reply = try await Self.send(sandbox, body)
            #expect(reply.status == 400 && Self.messages(reply) == fields)
            #expect(try await sandbox.mailCount("") == 0)
        }
    }

    @Test(
        "one wrong field is named",
        arguments: [
            ("ada@example.org", "ada", "personalizations.0.to.0.email"),
            (#""to":[{"email":"ada@example.org","name":"Ada"}]"#, #""to":[]"#, "personalizations.0.to"),
            ("shop@example.org", "@", "from.email"), ("Thanks, Åda", "", "subject"),
            (#""Hello\nAda""#, #""""#, "content.0.value"),
            ("text/html", "html", "content.1.type"), ("Message-ID", "Subject", "headers.Subject"),
            (#""name":"Ada"}]"#, #""name":"Ada"}],"cc":[{"email":"ADA@example.org"}]"#, "personalizations.0"),
            (#"{"type":"text/plain","value":"Hello\nAda"},"#, "", ""),
        ])
    func oneWrongFieldIsNamed(_ part: String, _ wrong: String, _ field: String) throws {
        let body = Self.whole.replacing(part, with: wrong)
        #expect(body != Self.whole)
        let request = try JSONDecoder().decode(SendGridRequest.self, from: Data(body.utf8))
        #expect(request.defects().compactMap(\.field) == (field.isEmpty ? [] : [field]))
    }

    @Test("the text part comes first")
    func textComesFirst() throws {
        let body = Self.whole.replacing("text/plain", with: "x").replacing("text/html", with: "text/plain").replacing(
            "\"x\"", with: "\"text/html\"")
        let request = try JSONDecoder().decode(SendGridRequest.self, from: Data(body.utf8))
        #expect(request.defects().map(\.field) == ["content"])
    }

    @Test("only made-up keys are let in")
    func onlyMadeUpKeysAreLetIn() async throws {
        try await RunningSandbox.run { sandbox in
            let real = "SG." + String(repeating: "a", count: 22) + "." + String(repeating: "b", count: 43)
            for key in ["", "sk_test_x", "SG.", real] {
                let reply = try await Self.send(sandbox, Self.whole, key: key)
                #expect(reply.status == 401, "\(key)")
            }
            let headers = ["Content-Type": "application/json"]
            #expect(try await sandbox.send("POST", "/v3/mail/send", headers: headers, body: Self.whole).status == 401)
            let form = ["Authorization": "Bearer SG.x", "Content-Type": "text/plain"]
            #expect(try await sandbox.send("POST", "/v3/mail/send", headers: form, body: Self.whole).status == 415)
            #expect(try await sandbox.mailCount("") == 0)
        }
    }

    @Test("injected faults leave the right trace")
    func injectedFaultsLeaveTheRightTrace() async throws {
        try await RunningSandbox.run { sandbox in
            for (fault, status, fate) in [
                (#"{"kind":"mail_429","retry_after":30}"#, 429, nil), (#"{"kind":"reject_4xx"}"#, 503, nil),
                (#"{"kind":"reject_5xx"}"#, 400, nil),
                (#"{"kind":"lose_after_dot"}"#, 0, nil), (#"{"kind":"drop_after_dot"}"#, 0, "delivered"),
                (#"{"kind":"accept_then_drop"}"#, 202, "dropped"), (#"{"kind":"accept_then_bounce"}"#, 202, "bounced"),
            ] {
                let before = try await sandbox.mailCount("")
                #expect(try await sandbox.setFaults(#"{"faults":[\#(fault)]}"#).status == 200)
                let reply = try await Self.send(sandbox, Self.whole)
                #expect(reply.status == status, "\(fault)")
                if status == 429 {
                    let reset = try #require(reply.headers["x-ratelimit-reset"].flatMap { Double($0) })
                    #expect(
                        (25...31).contains(reset - Date.now.timeIntervalSince1970)
                            && reply.headers["x-ratelimit-remaining"] == "0")
                }
                let mails = try await sandbox.get("/_sandbox/mail").objects
                #expect(mails.count == before + (fate == nil ? 0 : 1), "\(fault)")
                if let fate { #expect(mails.last?["fate"] as? String == fate, "\(fault)") }
            }
        }
    }

    @Test("a fault can be aimed at one recipient")
    func aFaultCanBeAimedAtOneRecipient() async throws {
        try await RunningSandbox.run { sandbox in
            _ = try await sandbox.setFaults(#"{"faults":[{"kind":"mail_429","recipient":"other@example.org"}]}"#)
            #expect(try await Self.send(sandbox, Self.whole).status == 202)
            #expect(try await Self.send(sandbox, Self.whole.replacing("ada@", with: "other@")).status == 429)
        }
    }

    /// What the shop would do with what came: verify it with the key that the sandbox shows.
    private static func isGenuine(_ hook: HookReceiver.Hook, _ key: String) throws -> Bool {
        let headers = hook.request.headers
        guard let signature = headers["x-twilio-email-event-webhook-signature"].flatMap({ Data(base64Encoded: $0) }),
            let timestamp = headers["x-twilio-email-event-webhook-timestamp"],
            abs((Double(timestamp) ?? 0) - Date.now.timeIntervalSince1970) < 300
        else { return false }
        let publicKey = try P256.Signing.PublicKey(derRepresentation: try #require(Data(base64Encoded: key)))
        return publicKey.isValidSignature(
            try .init(derRepresentation: signature), for: Data((timestamp + hook.request.body).utf8))
    }

    private static func events(_ hook: HookReceiver.Hook) -> [[String: Any]] {
        (try? JSONSerialization.jsonObject(with: Data(hook.request.body.utf8))) as? [[String: Any]] ?? []
    }

    @Test(
        "what became of an email is sent as a signed event",
        arguments: [
            ("", ["processed", "delivered"]), ("accept_then_drop", ["dropped"]),
            ("accept_then_bounce", ["processed", "bounce"]),
        ])
    func whatBecameOfItIsToldSigned(_ fault: String, _ told: [String]) async throws {
        let receiver = try HookReceiver()
        try await RunningSandbox.run(settings: { $0.mailWebhookURL = receiver.url }) { sandbox in
            if !fault.isEmpty { _ = try await sandbox.setFaults(#"{"faults":[{"kind":"\#(fault)"}]}"#) }
            let id = try #require(try await Self.send(sandbox, Self.whole).headers["x-message-id"])
            let hook = try await eventually("the events") { receiver.hooks().first }
            let key = try #require(try await sandbox.get("/_sandbox/mail/webhook").text("public_key"))
            #expect(try Self.isGenuine(hook, key))
            let events = Self.events(hook)
            #expect(events.compactMap { $0["event"] as? String } == told)
            for event in events {
                #expect(event["email"] as? String == "ada@example.org", "an argument of the sender's replaces nothing")
                #expect(event["smtp-id"] as? String == "<m-1@shop>" && event["delivery_id"] as? String == "d-1")
                #expect(
                    event["order_id"] as? String == "o-1"
                        && (event["sg_message_id"] as? String)?.hasPrefix(id + ".") == true)
            }
        }
        receiver.stop()
    }

    @Test("an event is sent again under other ids until it is taken")
    func sentUntilTaken() async throws {
        let receiver = try HookReceiver { _, earlier in earlier.isEmpty ? 500 : 200 }
        try await RunningSandbox.run(settings: { $0.mailWebhookURL = receiver.url }) { sandbox in
            _ = try await Self.send(sandbox, Self.whole)
            try await eventually("two attempts") { receiver.hooks().count == 2 }
            let ids = receiver.hooks().map { Self.events($0).compactMap { $0["sg_event_id"] as? String } }
            #expect(Set(ids[0]).isDisjoint(with: ids[1]) && ids[0].count == 2)
            try await eventually("both are noted") {
                try await (sandbox.get("/_sandbox/mail/webhook").object["attempts"] as? [Any])?.count == 2
            }
        }
        receiver.stop()
    }

    @Test("the key and unsent events outlive the process")
    func restart() async throws {
        try await withTemporaryDirectory { directory in
            let deaf = try HookReceiver { _, _ in 500 }
            let key = try await RunningSandbox.run(data: directory, settings: { $0.mailWebhookURL = deaf.url }) {
                sandbox in
                _ = try await Self.send(sandbox, Self.whole)
                try await eventually("an attempt") { !deaf.hooks().isEmpty }
                return try await sandbox.get("/_sandbox/mail/webhook").text("public_key")
            }
            let receiver = try HookReceiver()
            try await RunningSandbox.run(data: directory, settings: { $0.mailWebhookURL = receiver.url }) { sandbox in
                let hook = try await eventually("the events") { receiver.hooks().first }
                #expect(try Self.isGenuine(hook, try #require(key)))
                #expect(try await sandbox.get("/_sandbox/mail/1").text("html") == "<p>Hello</p>")
            }
            deaf.stop()
            receiver.stop()
        }
    }

    @Test("forged events can be told apart")
    func forgedOnesCanBeToldApart() async throws {
        let receiver = try HookReceiver()
        try await RunningSandbox.run { sandbox in
            #expect(try await sandbox.send("POST", "/_sandbox/mail/webhook", body: #"{"url":"ftp://x"}"#).status == 400)
            let pointed = try await sandbox.send("POST", "/_sandbox/mail/webhook", body: #"{"url":"\#(receiver.url)"}"#)
            let key = try #require(pointed.text("public_key"))
            let faults = ["webhook_bad_signature", "webhook_old_timestamp"].map {
                #"{"kind":"\#($0)","recipient":"*","count":1}"#
            }
            _ = try await sandbox.setFaults(#"{"faults":[\#(faults.joined(separator: ","))]}"#)
            for _ in faults { _ = try await Self.send(sandbox, Self.whole) }
            try await eventually("two forged and two genuine") { receiver.hooks().count == 4 }
            #expect(try receiver.hooks().filter { try Self.isGenuine($0, key) }.count == 2)
        }
        receiver.stop()
    }
}
