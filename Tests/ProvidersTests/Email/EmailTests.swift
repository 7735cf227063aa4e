import Domain
import FoundationEssentials
import OutboundHTTP
import Providers
import TestSupport
import Testing

@Suite("An email goes out whole, and nothing in it can forge a header", .timeLimit(.minutes(1)))
struct EmailTests {
    private static let messageID = "<delivery.1@shop.example>"

    private func message(
        subject: String = "Your order", text: String = "Hello\n", html: String = "<p>Hello</p>\n",
        messageID: String = messageID
    ) throws -> EmailMessage {
        EmailMessage(
            messageID: messageID, recipient: try EmailAddress("ann@home.example"), subject: subject, text: text,
            html: html,
            date: Date(timeIntervalSince1970: 1_795_410_727), orderID: Order.ID("0192f0c1-2b3c-7d4e-8f50-112233445566"))
    }

    private func send(
        _ message: EmailMessage, sender: String = "The Shop <orders@shop.example>",
        script: ScriptedEmailServer = .init()
    ) async throws -> EmailReceipt {
        let server = try script.start()
        return try await withClient { client in
            let email = try SMTPEmail(
                client: client, url: "smtp://127.0.0.1:\(server.port)", sender: EmailSender(sender))
            return try await email.send(message)
        }
    }

    private func wire(_ message: EmailMessage, sender: String = "The Shop <orders@shop.example>") async throws
        -> [String]
    {
        let script = ScriptedEmailServer()
        _ = try await send(message, sender: sender, script: script)
        return script.message
    }

    @Test("a message is written byte for byte as expected")
    func golden() async throws {
        let lines = try await wire(message(text: "Grüße = gut \n.dot\n", html: "<p>Hi</p>\n"))
        #expect(
            lines == [
                "Date: Mon, 23 Nov 2026 05:12:07 +0000", "From: \"The Shop\" <orders@shop.example>",
                "To: <ann@home.example>",
                "Message-ID: <delivery.1@shop.example>", "Subject: Your order", "Auto-Submitted: auto-generated",
                "X-Order-ID: 0192f0c1-2b3c-7d4e-8f50-112233445566", "MIME-Version: 1.0",
                "Content-Type: multipart/alternative; boundary=\"=_cartwright_alternative\"", "",
                "--=_cartwright_alternative",
                "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "",
                "Gr=C3=BC=C3=9Fe =3D gut=20",
                ".dot", "", "--=_cartwright_alternative", "Content-Type: text/html; charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable", "", "<p>Hi</p>", "", "--=_cartwright_alternative--",
            ])
    }

    @Test("the server's word is the receipt")
    func receipt() async throws {
        #expect(try await send(message()) == EmailReceipt(reference: "2.0.0 Ok: queued as 4F3B2"))
    }

    @Test("no line is longer than 76 characters, and long lines come out whole")
    func longLines() async throws {
        let long = String(repeating: "0123456789 ü", count: 60)
        let lines = try await wire(message(subject: String(repeating: "Größe ", count: 30), text: long))
        #expect(lines.allSatisfy { $0.utf8.count <= 76 })
        let body = lines.drop { $0 != "Content-Transfer-Encoding: quoted-printable" }.dropFirst(2).prefix {
            !$0.hasPrefix("--=_")
        }
        let joined = body.map { $0.hasSuffix("=") ? String($0.dropLast()) : $0 }.joined().replacing("=C3=BC", with: "ü")
        #expect(joined == long)
    }

    @Test("a subject beyond ASCII is sent as encoded words that decode to it")
    func subject() async throws {
        let subject = String(repeating: "Ihre Bestellung für 12 €, 猫 ", count: 5) + "!"
        let lines = try await wire(message(subject: subject))
        let start = try #require(lines.firstIndex { $0.hasPrefix("Subject: ") })
        let words =
            [String(lines[start].dropFirst(9))]
            + lines[(start + 1)...].prefix { $0.hasPrefix(" ") }.map { String($0.dropFirst()) }
        #expect(
            words.count > 1 && words.allSatisfy { $0.count <= 75 && $0.hasPrefix("=?UTF-8?B?") && $0.hasSuffix("?=") })
        // Each word has to decode by itself: readers do not join them before.
        let decoded = try words.map {
            String(data: try #require(Data(base64Encoded: String($0.dropFirst(10).dropLast(2)))), encoding: .utf8)
        }
        #expect(decoded.compactMap { $0 }.joined() == subject)
    }

    @Test(
        "a name beyond ASCII or with quotes is encoded",
        arguments: [
            ("Läden <a@b.example>", "=?UTF-8?B?TMOkZGVu?= <a@b.example>"),
            ("A \"B\" <a@b.example>", "\"A \\\"B\\\"\" <a@b.example>"),
            ("a@b.example", "<a@b.example>"),
        ])
    func sender(text: String, header: String) async throws {
        #expect(try await wire(message(), sender: text).contains("From: \(header)"))
    }

    @Test(
        "control characters in subject or Message-ID are refused for good",
        arguments: ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\u{0}b", "a\u{2028}b", "a\u{85}b"])
    func injection(text: String) async throws {
        let script = ScriptedEmailServer()
        for bad in [try message(subject: text), try message(messageID: "<\(text)@shop.example>")] {
            let error = try await failure(EmailFailure.self) { try await send(bad, script: script) }
            guard case .notSent(_, .email) = error else { throw error }
        }
        #expect(script.log.entries.isEmpty)
        #expect(throws: ProviderSettingError.self) { try EmailSender("\(text) <a@b.example>") }
    }

    @Test(
        "a refusal is about the shop, about the recipient, about the message, or passes",
        arguments: [
            // About the shop: the connection, the log-in, the sender.
            ("greeting", "554 5.7.1 No service for you\r\n", .shop),
            ("greeting", "521 Host does not accept email\r\n", .shop),
            ("greeting", "421 Busy\r\n", .passing), ("MAIL", "550 5.7.1 Sender rejected\r\n", .shop),
            ("MAIL", "553 5.1.8 Bad sender\r\n", .shop),
            ("MAIL", "530 5.7.0 Log in first\r\n", .shop), ("RCPT", "530 Log in first\r\n", .shop),
            ("MAIL", "451 4.3.0 Later\r\n", .passing),
            ("MAIL", "552 5.3.4 Too big\r\n", .policy),
            // About the recipient, unless it is about passing email on.
            ("RCPT", "550 5.1.1 Unknown\r\n", .email), ("RCPT", "551 User not local\r\n", .email),
            ("RCPT", "553 No such mailbox\r\n", .email),
            ("RCPT", "554 5.7.1 Access denied\r\n", .policy), ("RCPT", "550 Relaying denied\r\n", .policy),
            ("RCPT", "450 4.2.0 Greylisted\r\n", .passing),
            // About the message.
            ("DATA", "554 No valid recipients\r\n", .email), (".", "554 5.7.1 Spam\r\n", .email),
            (".", "552 5.3.4 Too big\r\n", .policy),
            (".", "451 4.3.0 Later\r\n", .passing),
        ] as [(String, String, EmailFault)])
    func refusals(place: String, reply: String, fault: EmailFault) async throws {
        let error = try await failure(EmailFailure.self) {
            try await send(message(), script: ScriptedEmailServer(replies: [place: reply]))
        }
        guard case .notSent(let reason, let found) = error else { throw error }
        #expect(found == fault && reason.contains(String(reply.prefix(3))), "\(error)")
    }

    @Test("a domain beyond ASCII goes out in ASCII, and a mailbox beyond it only to a server that offers SMTPUTF8")
    func internationalized() async throws {
        func email(to text: String) throws -> EmailMessage {
            EmailMessage(
                messageID: "<1@shop.example>", recipient: try EmailAddress(text), subject: "Hi", text: "Hello\n",
                html: "<p>Hello</p>\n",
                date: Date(timeIntervalSince1970: 0))
        }
        let plain = ScriptedEmailServer()
        _ = try await send(email(to: "ann@MÜNCHEN.example"), script: plain)
        #expect(plain.log.entries.contains("RCPT TO:<ann@xn--mnchen-3ya.example>"))
        #expect(plain.message.contains("To: <ann@xn--mnchen-3ya.example>"))
        let refusing = ScriptedEmailServer()
        let error = try await failure(EmailFailure.self) {
            try await send(email(to: "jürgen@münchen.example"), script: refusing)
        }
        guard case .notSent(let reason, .email) = error, reason.contains("SMTPUTF8") else { throw error }
        #expect(!refusing.log.entries.contains { $0.hasPrefix("MAIL") })
        let offering = ScriptedEmailServer(offering: ["SMTPUTF8"])
        _ = try await send(email(to: "jürgen@münchen.example"), script: offering)
        #expect(offering.log.entries.contains("RCPT TO:<jürgen@xn--mnchen-3ya.example>"))
        #expect(offering.message.contains("To: <jürgen@xn--mnchen-3ya.example>"))
    }

    @Test("a refused log-in is about the shop")
    func refusedLogin() async throws {
        for reply in ["535 5.7.8 Wrong\r\n", "454 4.7.0 Later\r\n"] {
            let server = try ScriptedEmailServer(replies: ["AUTH": reply]).start()
            let error = try await failure(EmailFailure.self) {
                try await withClient { client in
                    try await SMTPEmail(
                        client: client, url: "smtp://a:b@127.0.0.1:\(server.port)", sender: EmailSender("a@b.example")
                    ).send(
                        message())
                }
            }
            guard case .notSent(_, let fault) = error else { throw error }
            #expect(fault == (reply.hasPrefix("5") ? .shop : .passing))
        }
    }

    @Test("lost after the end of the message is unknown, lost before is not sent")
    func lost() async throws {
        let after = try await failure(EmailFailure.self) {
            try await send(message(), script: ScriptedEmailServer(replies: [".": ""]))
        }
        guard case .outcomeUnknown = after else { throw after }
        let before = try await failure(EmailFailure.self) {
            try await send(message(), script: ScriptedEmailServer(replies: ["DATA": ""]))
        }
        guard case .notSent(_, .passing) = before else { throw before }
    }

    @Test(
        "addresses that are no email servers are refused at start",
        arguments: ["http://a.example", "smtp://", "smtp:a", "smtp://a b", ""])
    func badURL(url: String) async throws {
        try await withClient { client in
            let sender = try EmailSender("a@b.example")
            #expect(throws: ProviderSettingError.self) { try SMTPEmail(client: client, url: url, sender: sender) }
        }
    }
}
