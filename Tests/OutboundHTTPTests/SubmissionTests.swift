import OutboundHTTP
import Synchronization
import TestSupport
import Testing

@Suite("A mail is handed over, or it is known whether it may have been", .timeLimit(.minutes(1)))
struct SubmissionTests {
    private static let message = Array("Subject: Hi\r\n\r\nfirst\r\n.dot\r\n..two\r\nlast\r\n".utf8)

    private func mail(_ server: ScriptedServer, user: String = "", data: [UInt8] = message) -> SMTPSubmission {
        SMTPSubmission(
            url: "smtp://\(user)127.0.0.1:\(server.port)", from: "shop@shop.example", recipients: ["ann@home.example"],
            data: data)
    }

    private func fail(_ mail: SMTPSubmission) async throws -> OutboundError {
        try await withClient { client in try await failure { try await client.send(mail) } }
    }

    @Test("the conversation is in order, dots are doubled, the server's word comes back")
    func accepted() async throws {
        let script = ScriptedEmailServer()
        let server = try script.start()
        let reply = try await withClient { client in try await client.send(mail(server)) }
        #expect(reply == SMTPReply(code: 250, text: "2.0.0 Ok: queued as 4F3B2"))
        let lines = script.log.entries
        #expect(lines.dropFirst().first == "MAIL FROM:<shop@shop.example> SIZE=\(Self.message.count)")
        let rest = ["RCPT TO:<ann@home.example>", "DATA", "Subject: Hi", "", "first", "..dot", "...two", "last", "."]
        #expect(Array(lines.dropFirst(2).prefix(rest.count)) == rest)
    }

    @Test("user and password of the address are used to log in, percent signs resolved")
    func login() async throws {
        let script = ScriptedEmailServer()
        let server = try script.start()
        _ = try await withClient { client in try await client.send(mail(server, user: "shop:p%40ss@")) }
        // "\0shop\0p@ss" in base64, with the mechanism (RFC 4954).
        #expect(
            script.log.entries.contains("AUTH PLAIN AHNob3AAcEBzcw==")
                || script.log.entries.contains("AHNob3AAcEBzcw=="))
    }

    @Test("emails one after the other share a connection")
    func reuse() async throws {
        let server = try ScriptedEmailServer().start()
        try await withClient { client in
            for _ in 0..<5 { _ = try await client.send(mail(server)) }
        }
        #expect(server.connections == 1)
    }

    @Test(
        "a refusal at any point means not sent, with its code and what it was to",
        arguments: [
            ("greeting", "554 No service\r\n", SMTPRefusal(code: 554, stage: .connection)),
            ("greeting", "421 Busy\r\n", SMTPRefusal(code: 421, stage: .connection)),
            ("AUTH", "535 5.7.8 Wrong\r\n", SMTPRefusal(code: 535, enhanced: "5.7.8", stage: .login)),
            ("MAIL", "451 4.3.0 Later\r\n", SMTPRefusal(code: 451, enhanced: "4.3.0", stage: .sender)),
            ("MAIL", "550-5.7.1 Not\r\n550 5.7.1 you\r\n", SMTPRefusal(code: 550, enhanced: "5.7.1", stage: .sender)),
            ("RCPT", "550 5.1.1 Unknown\r\n", SMTPRefusal(code: 550, enhanced: "5.1.1", stage: .recipient)),
            ("RCPT", "450 4.2.0 Greylisted\r\n", SMTPRefusal(code: 450, enhanced: "4.2.0", stage: .recipient)),
            ("RCPT", "550 relay not permitted\r\n", SMTPRefusal(code: 550, deniesRelaying: true, stage: .recipient)),
            ("DATA", "452 4.3.1 Full\r\n", SMTPRefusal(code: 452, enhanced: "4.3.1", stage: .message)),
            (".", "552 5.3.4 Too big\r\n", SMTPRefusal(code: 552, enhanced: "5.3.4", stage: .message)),
            (".", "451 4.3 Try again\r\n", SMTPRefusal(code: 451, stage: .message)),
        ])
    func refused(place: String, reply: String, refusal: SMTPRefusal) async throws {
        let server = try ScriptedEmailServer(replies: [place: reply]).start()
        let error = try await fail(mail(server, user: "shop:hush@"))
        #expect(error.code == .smtp(refusal))
        #expect(error.certainty == .notSent)
        #expect(!"\(error)".contains("hush") && !"\(error)".contains("ann"))
    }

    @Test("an address beyond ASCII goes to a server that offers SMTPUTF8, and to no other")
    func internationalized() async throws {
        let offering = ScriptedEmailServer(offering: ["SMTPUTF8", "8BITMIME"])
        let server = try offering.start()
        var abroad = mail(server)
        abroad.recipients = ["jürgen@xn--mnchen-3ya.example"]
        _ = try await withClient { client in try await client.send(abroad) }
        #expect(
            offering.log.entries.contains { $0.hasPrefix("MAIL FROM:<shop@shop.example>") && $0.contains("SMTPUTF8") })
        #expect(offering.log.entries.contains("RCPT TO:<jürgen@xn--mnchen-3ya.example>"))

        // A server without it, one that does not even know EHLO, and a connection that is there already.
        for script in [ScriptedEmailServer(), ScriptedEmailServer(replies: ["EHLO": "502 What\r\n"])] {
            let server = try script.start()
            abroad.url = "smtp://127.0.0.1:\(server.port)"
            let (first, error) = try await withClient { client in
                let answer = try await client.send(mail(server))
                return (answer, try await failure { try await client.send(abroad) })
            }
            #expect(first.code == 250)
            #expect(error.code == .needsSMTPUTF8 && error.certainty == .notSent && !"\(error)".contains("jürgen"))
            #expect(!script.log.entries.contains { $0.contains("rgen") })
        }
        for bad in ["jürgen@münchen.example", "a b@c.example", "a\u{A0}b@c.example", "a\u{85}@c.example"] {
            abroad.recipients = [bad]
            #expect(try await fail(abroad).code == .invalidRequest)
        }
    }

    @Test("nobody listens: not sent")
    func connect() async throws {
        let server = try ScriptedEmailServer().start()
        server.stop()
        let error = try await fail(mail(server))
        #expect(error.code == .connect)
        #expect(error.certainty == .notSent)
    }

    @Test("lost before the message began: not sent", arguments: ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
    func lostBefore(place: String) async throws {
        let server = try ScriptedEmailServer(replies: [place: ""]).start()
        let error = try await fail(mail(server))
        #expect(error.certainty == .notSent)
    }

    @Test("lost in the middle of a message: not sent")
    func lostInside() async throws {
        let server = try ScriptedEmailServer(replies: ["cut": "stop here"]).start()
        let data =
            Array("Subject: Big\r\n\r\nstop here\r\n".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 32 << 20)
        let error = try await fail(mail(server, data: data))
        #expect(error.certainty == .notSent)
    }

    @Test("lost after the final dot: ambiguous")
    func lostAfter() async throws {
        let server = try ScriptedEmailServer(replies: [".": ""]).start()
        let error = try await fail(mail(server))
        #expect(error.certainty == .ambiguous)
    }

    @Test("nonsense after the final dot: ambiguous")
    func nonsense() async throws {
        let server = try ScriptedEmailServer(replies: [".": "299 What\r\n"]).start()
        let error = try await fail(mail(server))
        #expect(error.certainty == .ambiguous)
    }

    @Test("no reply to the final dot in time: ambiguous, and requests meanwhile are not held up")
    func slowDot() async throws {
        let never = OneTimeSignal()
        defer { never.fire() }
        let script = ScriptedEmailServer(release: never)
        let server = try script.start()
        let web = try ScriptedServer { peer in
            _ = try peer.readRequest()
            try peer.answer(200)
        }
        try await withClient { client in
            var slow = mail(server)
            slow.timeout = .seconds(4)
            let hasEnded = Atomic<Bool>(false)
            let sending = Task { [slow] in
                defer { hasEnded.store(true, ordering: .relaxed) }
                return try await failure { try await client.send(slow) }
            }
            await script.messageEnded.wait()
            #expect(try await client.send(OutboundRequest(url: web.url)).status == 200)
            let waitedForTheMail = hasEnded.load(ordering: .relaxed)
            #expect(!waitedForTheMail)
            let error = try await sending.value
            #expect(error.code == .timeout)
            #expect(error.certainty == .ambiguous)
        }
    }

    @Test("cancelling while the server is silent after the final dot ends the call: ambiguous")
    func cancel() async throws {
        let never = OneTimeSignal()
        defer { never.fire() }
        let script = ScriptedEmailServer(release: never)
        let server = try script.start()
        try await withClient { client in
            let sending = Task { try await failure { try await client.send(mail(server)) } }
            await script.messageEnded.wait()
            let clock = ContinuousClock()
            let start = clock.now
            sending.cancel()
            let error = try await sending.value
            #expect(error.code == .canceled)
            #expect(error.certainty == .ambiguous)
            #expect(clock.now - start < .seconds(5))
        }
    }

    @Test("a server that does not answer QUIT does not hold up closing")
    func closing() async throws {
        let server = try ScriptedEmailServer(replies: ["QUIT": "\u{20}"]).start()
        let client = OutboundHTTPClient(logger: quiet)
        _ = try await client.send(mail(server))
        let clock = ContinuousClock()
        let start = clock.now
        await client.close()
        #expect(clock.now - start < .seconds(5))
    }

    @Test("when encryption is required and not offered, nothing is sent")
    func startTLSRequired() async throws {
        let script = ScriptedEmailServer()
        let server = try script.start()
        var submission = mail(server, user: "shop:hush@")
        submission.startTLS = .required
        let error = try await fail(submission)
        #expect(error.code == .tls)
        #expect(error.certainty == .notSent)
        #expect(!script.log.entries.contains { $0.hasPrefix("AUTH") || $0.hasPrefix("MAIL") })
    }

    @Test(
        "addresses that bring commands along are refused",
        arguments: ["a@b>\r\nRCPT TO:<c@d", "a b@c.example", "<a@b.example>", "nobody", ""])
    func injection(address: String) async throws {
        let server = try ScriptedEmailServer().start()
        var submission = mail(server)
        submission.recipients = [address]
        #expect(try await fail(submission).code == .invalidRequest)
        submission = mail(server)
        submission.from = address
        #expect(try await fail(submission).code == .invalidRequest)
        #expect(server.connections == 0)
    }

    @Test("when encryption is offered but fails, there is no going back to plain text")
    func startTLSBroken() async throws {
        let script = ScriptedEmailServer(
            replies: ["STARTTLS": "220 Go\r\nthis is no handshake\r\n"], offering: ["STARTTLS"])
        let server = try script.start()
        let error = try await fail(mail(server, user: "shop:hush@"))
        #expect(error.certainty == .notSent)
        #expect(!script.log.entries.contains { $0.hasPrefix("AUTH") || $0.hasPrefix("MAIL") })
    }
}
