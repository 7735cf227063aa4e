import NIOCore
import Testing

@testable import Sandbox

@Suite("Email that was acknowledged is there to be read, mail that was not is told apart")
struct EmailSinkTests {
    @Test("a message is listed, shown and looked up")
    func aMessageIsListedShownAndLookedUp() async throws {
        try await RunningSandbox.run { sandbox in
            #expect(try await sandbox.wasAccepted("m1@shop") == false)
            #expect(
                try await sandbox.deliver(
                    Emails.simple(id: "m1@shop", to: "a@example.org", order: "o-1", subject: "<b>Thanks</b>")) == "250"
            )
            #expect(try await sandbox.deliver(Emails.simple(id: "m2@shop", to: "b@example.org")) == "250")
            #expect(try await sandbox.wasAccepted("m1@shop") == true)
            #expect(try await sandbox.wasAccepted("%3Cm1@shop%3E") == true, "with angle brackets too")
            #expect(try await sandbox.get("/mail/activity").status == 400)
            let listed = try #require(try await sandbox.get("/_sandbox/mail?order_id=o-1").objects.first)
            #expect(listed["message_id"] as? String == "m1@shop" && listed["to"] as? [String] == ["a@example.org"])
            #expect(listed["subject"] as? String == "<b>Thanks</b>" && listed["received_at"] is String)
            #expect(try await sandbox.mailCount("") == 2)
            #expect(try await sandbox.mailCount("to=b@example.org") == 1)
            let page = try await sandbox.get("/mail").body
            let (newer, older) = (
                try #require(page.firstRange(of: "/mail/2")), try #require(page.firstRange(of: "/mail/1"))
            )
            #expect(
                newer.lowerBound < older.lowerBound && page.contains("&lt;b&gt;Thanks") && !page.contains("<b>Thanks"))
            #expect(try await sandbox.get("/mail/1").body.contains("Hello a@example.org"))
            #expect(try await sandbox.get("/mail/3").status == 404)
        }
    }

    @Test("the HTML part is shown in a frame that may do nothing")
    func htmlPart() async throws {
        try await RunningSandbox.run { sandbox in
            let content = "Subject: x\r\nContent-Type: text/html\r\n\r\n<script>alert(\"1\")</script>\r\n"
            #expect(try await sandbox.deliver(Emails.Dialogue(recipient: "a@example.org", content: content)) == "250")
            let page = try await sandbox.get("/mail/1")
            #expect(
                page.body.contains("<iframe sandbox=\"\"")
                    && page.body.contains("srcdoc=\"&lt;script&gt;alert(&quot;1&quot;)"))
            #expect(
                !page.body.contains("<script")
                    && page.headers["content-security-policy"]?.contains("default-src 'none'") == true)
        }
    }

    @Test("dots arrive as they were meant")
    func dotsArriveAsTheyWereMeant() async throws {
        try await RunningSandbox.run { sandbox in
            _ = try await sandbox.deliver(
                Emails.Dialogue(recipient: "a@example.org", content: "Subject: x\r\n\r\n..\r\n...three\r\nend\r\n"))
            #expect(try await sandbox.get("/_sandbox/mail/1").text("text") == ".\r\n..three\r\nend\r\n")
        }
    }

    @Test("injected faults leave the right trace")
    func injectedFaultsLeaveTheRightTrace() async throws {
        try await RunningSandbox.run { sandbox in
            for (fault, code, accepted) in [
                (#"{"kind":"reject_4xx"}"#, "451", false), (#"{"kind":"reject_5xx"}"#, "550", false),
                (#"{"kind":"reject_4xx","stage":"dot"}"#, "451", false), (#"{"kind":"drop_after_dot"}"#, "", true),
                (#"{"kind":"lose_after_dot"}"#, "", false),
            ] {
                #expect(try await sandbox.setFaults(#"{"faults":[\#(fault)]}"#).status == 200)
                let id = "m\(fault.utf8.reduce(0) { $0 &* 31 &+ Int($1) } & 0xffff)@shop"
                #expect(try await sandbox.deliver(Emails.simple(id: id, to: "a@example.org")) == code, "\(fault)")
                #expect(try await sandbox.wasAccepted(id) == accepted, "\(fault)")
            }
            _ = try await sandbox.send("DELETE", "/_sandbox/faults")
            #expect(try await sandbox.deliver(Emails.simple(id: "after@shop", to: "a@example.org")) == "250")
        }
    }

    @Test(
        "a fault can turn the sender away",
        arguments: [
            (#"{"kind":"reject_5xx","stage":"greeting"}"#, ["554", "503", "503", "221"]),
            (#"{"kind":"reject_4xx","stage":"greeting"}"#, ["421"]),
            (#"{"kind":"reject_5xx","stage":"mail"}"#, ["220", "250", "550", "221"]),
            (#"{"kind":"reject_4xx","stage":"mail"}"#, ["220", "250", "451", "221"]),
        ])
    func theShopItselfIsTurnedAway(_ fault: String, _ codes: [String]) async throws {
        try await RunningSandbox.run { sandbox in
            #expect(try await sandbox.setFaults(#"{"faults":[\#(fault)]}"#).status == 200)
            // Nobody hears what is said to a server that has hung up.
            let dialogue = codes == ["421"] ? "" : "EHLO t\r\nMAIL FROM:<shop@example.org>\r\nQUIT\r\n"
            let answer = try await Wire.exchange(dialogue, port: sandbox.urls.smtpPort)
            let said = answer.split(separator: "\r\n").filter { $0.dropFirst(3).first == " " }.map {
                String($0.prefix(3))
            }
            #expect(said == codes)
            let key = ["Authorization": "Bearer SG.sandbox", "Content-Type": "application/json"]
            let mail =
                #"""
                {"personalizations":[{"to":[{"email":"a@example.org"}]}],"from":{"email":"s@example.org"},\#
                "subject":"x","content":[{"type":"text/plain","value":"x"}]}
                """#
            let status = try await sandbox.send("POST", "/v3/mail/send", headers: key, body: mail).status
            #expect(status == (fault.contains("4xx") ? 503 : fault.contains("greeting") ? 401 : 403))
            _ = try await sandbox.send("DELETE", "/_sandbox/faults")
            #expect(try await sandbox.deliver(Emails.simple(id: "after@shop", to: "a@example.org")) == "250")
        }
    }

    @Test("a message is recorded before it is acknowledged")
    func recordedBeforeAcknowledged()
        async throws
    {
        try await RunningSandbox.run { sandbox in
            try await Wire.connect(to: sandbox.urls.smtpPort).executeThenClose { inbound, outbound in
                var packets = inbound.makeAsyncIterator()
                try await outbound.write(
                    ByteBuffer(string: "EHLO t\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.org>\r\nDATA\r\n"))
                var heard = ""
                while !heard.contains("354 "), let packet = try await packets.next() { heard += String(buffer: packet) }
                #expect(try await sandbox.mailCount("") == 0)
                try await outbound.write(ByteBuffer(string: "Message-ID: <now@shop>\r\n\r\nx\r\n.\r\n"))
                while !heard.hasSuffix("2.0.0 OK\r\n"), let packet = try await packets.next() {
                    heard += String(buffer: packet)
                }
                #expect(try await sandbox.wasAccepted("now@shop") == true)
            }
        }
    }

    @Test("many clients at once are served")
    func manyClientsAtOnce() async throws {
        try await RunningSandbox.run { sandbox in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 0..<50 {
                    tasks.addTask {
                        let code = try await sandbox.deliver(Emails.simple(id: "m\(number)@shop", to: "a@example.org"))
                        #expect(code == "250")
                    }
                }
                try await tasks.waitForAll()
            }
            let ids = try await sandbox.get("/_sandbox/mail").objects.compactMap { $0["message_id"] as? String }
            #expect(Set(ids).count == 50 && ids.count == 50)
        }
    }
}
