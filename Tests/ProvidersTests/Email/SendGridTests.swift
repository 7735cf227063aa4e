import Domain
import Foundation
import OutboundHTTP
import Providers
import TestSupport
import Testing

@Suite("SendGrid gets an email once and whole, and its answers mean what they say", .timeLimit(.minutes(1)))
struct SendGridTests {
    private func message(subject: String = "Grüße, \"Ann\"") throws -> EmailMessage {
        EmailMessage(
            messageID: "<delivery.1@shop.example>", recipient: try EmailAddress("ann@home.example"), subject: subject,
            text: "Hello\n",
            html: "<p>Hello</p>\n", date: Date(timeIntervalSince1970: 0),
            orderID: Order.ID("0192f0c1-2b3c-7d4e-8f50-112233445566"),
            deliveryID: EmailDelivery.ID("0192f0c1-2b3c-7d4e-8f50-112233445577"))
    }

    @Test("the shop's picture goes along, under the id that the HTML names")
    func picture() async throws {
        let log = ScriptLog<ScriptedRequest>()
        let plain = try message()
        let bytes = Array("GIF89a".utf8)
        let message = EmailMessage(
            messageID: plain.messageID, recipient: plain.recipient, subject: plain.subject, text: plain.text,
            html: plain.html, logo: EmailImage(bytes), date: plain.date)
        _ = try await send(message, to: server(202, "", log: log))
        let sent =
            try JSONSerialization.jsonObject(with: Data(try #require(log.entries.first).body.utf8)) as? NSDictionary
        let expected: NSDictionary = [
            "content": Data(bytes).base64EncodedString(), "filename": "logo.gif", "type": "image/gif",
            "disposition": "inline", "content_id": EmailImage.contentID,
        ]
        #expect(sent?["attachments"] as? [NSDictionary] == [expected])
    }

    private func send(
        _ message: EmailMessage, to server: ScriptedServer, sender: String = "The Shop <orders@shop.example>"
    ) async throws
        -> EmailReceipt
    {
        try await withClient { client in
            try await SendGridEmail(client: client, apiKey: "SG.test", baseURL: server.url, sender: EmailSender(sender))
                .send(message)
        }
    }

    @Test("a request says all that the provider wants")
    func request() async throws {
        let log = ScriptLog<ScriptedRequest>()
        let receipt = try await send(message(), to: server(202, headers: ["X-Message-Id": "abc"], "", log: log))
        #expect(receipt == EmailReceipt(reference: "abc"))
        let request = try #require(log.entries.first)
        #expect(log.entries.count == 1 && request.method == "POST" && request.target == "/v3/mail/send")
        #expect(
            request.headers["authorization"] == "Bearer SG.test"
                && request.headers["content-type"] == "application/json")
        let sent = try JSONSerialization.jsonObject(with: Data(request.body.utf8)) as? NSDictionary
        let expected: NSDictionary = [
            "personalizations": [["to": [["email": "ann@home.example"]]]],
            "from": ["email": "orders@shop.example", "name": "The Shop"], "subject": "Grüße, \"Ann\"",
            "content": [
                ["type": "text/plain", "value": "Hello\n"], ["type": "text/html", "value": "<p>Hello</p>\n"],
            ],
            "headers": [
                "Message-ID": "<delivery.1@shop.example>", "X-Order-ID": "0192f0c1-2b3c-7d4e-8f50-112233445566",
                "Auto-Submitted": "auto-generated",
            ],
            "custom_args": [
                "delivery_id": "0192f0c1-2b3c-7d4e-8f50-112233445577",
                "order_id": "0192f0c1-2b3c-7d4e-8f50-112233445566",
            ],
            "tracking_settings": ["click_tracking": ["enable": false], "open_tracking": ["enable": false]],
        ]
        #expect(sent == expected)
    }

    @Test(
        "what an answer means for the next try",
        arguments: [
            (400, EmailFailure.notSent(reason: "", fault: .shop)), (413, .notSent(reason: "", fault: .policy)),
            (401, .notSent(reason: "", fault: .shop)), (403, .notSent(reason: "", fault: .shop)),
            (404, .notSent(reason: "", fault: .shop)), (415, .notSent(reason: "", fault: .shop)),
            (500, .outcomeUnknown(reason: "")),
            (503, .outcomeUnknown(reason: "")),
            (200, .outcomeUnknown(reason: "")),
        ])
    func answers(status: Int, expected: EmailFailure) async throws {
        let body = """
            {"errors": [{"message": "Does not contain a valid address.", "field": "from.email", "help": null},
                        {"message": "ann@home.example"}]}
            """
        let error = try await failure(EmailFailure.self) { try await send(message(), to: server(status, body)) }
        let reason = "The email provider answered \(status): from.email: Does not contain a valid address."
        switch (error, expected) {
        case (.notSent(reason, let fault), .notSent(_, let wanted)): #expect(fault == wanted)
        case (.outcomeUnknown(reason), .outcomeUnknown): break
        default: Issue.record("\(status) meant \(error)")
        }
    }

    @Test("a mailbox beyond ASCII is refused with that reason, and not sent to be bounced")
    func internationalized() async throws {
        let log = ScriptLog<ScriptedRequest>()
        let abroad = EmailMessage(
            messageID: "<1@shop.example>", recipient: try EmailAddress("jürgen@münchen.example"), subject: "Hi",
            text: "t", html: "h",
            date: Date(timeIntervalSince1970: 0))
        let error = try await failure(EmailFailure.self) { try await send(abroad, to: server(202, "", log: log)) }
        guard case .notSent(let reason, .email) = error, reason.contains("ASCII") else { throw error }
        #expect(log.entries.isEmpty)
    }

    @Test(
        "a complaint about anything but the sender is about the email",
        arguments: ["personalizations.0.to.0.email", "subject", "fromage"])
    func complaints(field: String) async throws {
        let body = #"{"errors": [{"message": "no", "field": "\#(field)", "help": null}]}"#
        let error = try await failure(EmailFailure.self) { try await send(message(), to: server(400, body)) }
        guard case .notSent(_, .email) = error else { throw error }
    }

    @Test(
        "too many: how long to wait is taken from the answer, within reason",
        arguments: [(nil, 10...10), (30, 28...30), (-5, 1...1), (99_999, 3600...3600)])
    func tooMany(seconds: Int?, expected: ClosedRange<Int64>) async throws {
        var headers: [String: String] = [:]
        if let seconds { headers["X-RateLimit-Reset"] = String(Int(Date().timeIntervalSince1970) + seconds) }
        let error = try await failure(EmailFailure.self) {
            try await send(
                message(), to: server(429, headers: headers, #"{"errors":[{"message":"too many requests"}]}"#))
        }
        guard case .notYet(let wait, let reason) = error else { throw error }
        #expect(expected.contains(wait.components.seconds) && reason.contains("too many requests"))
    }

    @Test("lost after the request left is unknown; a provider that cannot be reached got nothing")
    func lost() async throws {
        let hangsUp = try ScriptedServer { peer in _ = try peer.readRequest() }
        let after = try await failure(EmailFailure.self) { try await send(message(), to: hangsUp) }
        guard case .outcomeUnknown = after else { throw after }
        let gone = try server(202, "")
        gone.stop()
        let before = try await failure(EmailFailure.self) { try await send(message(), to: gone) }
        guard case .notSent(_, .passing) = before else { throw before }
    }

    @Test("nothing can forge a header", arguments: ["a\r\nBcc: x@y.example", "a\u{2028}b"])
    func injection(subject: String) async throws {
        let log = ScriptLog<ScriptedRequest>()
        let error = try await failure(EmailFailure.self) {
            try await send(message(subject: subject), to: server(202, "", log: log))
        }
        guard case .notSent(_, .email) = error else { throw error }
        #expect(log.entries.isEmpty)
    }

    @Test("a key that looks real goes to the provider and to nobody else, and is shown to nobody")
    func keys() async throws {
        let real = "SG.\(String(repeating: "a", count: 22)).\(String(repeating: "b", count: 43))"
        try await withClient { client in
            let sender = try EmailSender("a@b.example")
            for base in ["http://127.0.0.1:1", "http://api.sendgrid.com", "https://api.sendgrid.com.evil.example"] {
                #expect(throws: ProviderSettingError.self) {
                    try SendGridEmail(client: client, apiKey: real, baseURL: base, sender: sender)
                }
            }
            for key in ["", "SG.", "sk_test_1", "SG.a b"] {
                #expect(throws: ProviderSettingError.self) {
                    try SendGridEmail(client: client, apiKey: key, baseURL: "https://api.sendgrid.com", sender: sender)
                }
            }
            let email = try SendGridEmail(
                client: client, apiKey: real, baseURL: "https://api.eu.sendgrid.com", sender: sender)
            var dumped = ""
            dump(email, to: &dumped)
            #expect(!dumped.contains("aaaa") && !"\(email)".contains("aaaa"))
        }
    }
}
