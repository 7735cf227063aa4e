import Domain
import Foundation
import OutboundHTTP
import Providers
import TestSupport
import Testing

@Suite(
    "A real email server takes our email", .enabled(if: EmailServer.obstacle == nil, "\(EmailServer.obstacle ?? "")"),
    .timeLimit(.minutes(2)))
struct EmailServerTests {
    private func message(to recipient: String = EmailServer.mailbox) throws -> EmailMessage {
        EmailMessage(
            messageID: "<delivery.1@shop.example>", recipient: try EmailAddress(recipient),
            subject: "Größe \(String(repeating: "ü", count: 40))",
            text: "Grüße\n.\n.dot\nFrom here\n\(String(repeating: "long ", count: 60))\n", html: "<p>Hi</p>\n",
            date: Date(timeIntervalSince1970: 1_795_410_727), orderID: Order.ID())
    }

    /// Sends over a connection of the given kind, trusting the server's certificate unless told otherwise.
    private func send(
        _ message: EmailMessage, to server: EmailServer, scheme: String = "smtp",
        login: String? = "\(EmailServer.user):s3%20cret%2F%40@",
        startTLS: SMTPSubmission.StartTLSPolicy = .required, trusting: Bool = true
    ) async throws -> EmailReceipt {
        let configuration = OutboundConfiguration(certificateAuthorityFile: trusting ? server.certificateFile : nil)
        let client = OutboundHTTPClient(configuration: configuration, logger: quiet)
        let port = scheme == "smtps" ? server.securePort : server.port
        let email = try SMTPEmail(
            client: client, url: "\(scheme)://\(login ?? "")127.0.0.1:\(port)",
            sender: EmailSender("The Shop <orders@shop.example>"),
            startTLS: startTLS)
        let result: Result<EmailReceipt, any Error>
        do { result = .success(try await email.send(message)) } catch { result = .failure(error) }
        await client.close()
        return try result.get()
    }

    /// The bytes that a server of our own was handed for this message.
    private func wire(_ message: EmailMessage) async throws -> [UInt8] {
        let script = ScriptedEmailServer()
        let server = try script.start()
        _ = try await withClient { client in
            try await SMTPEmail(
                client: client, url: "smtp://127.0.0.1:\(server.port)",
                sender: EmailSender("The Shop <orders@shop.example>")
            ).send(message)
        }
        return Array((script.message.joined(separator: "\n") + "\n").utf8)
    }

    @Test(
        "encrypted by STARTTLS or from the start and logged in, the message lies in the mailbox byte for byte",
        arguments: ["smtp", "smtps"])
    func delivered(scheme: String) async throws {
        let server = try await EmailServer.start()
        let message = try message()
        let receipt = try await send(message, to: server, scheme: scheme)
        #expect(receipt.reference?.hasPrefix("OK id=") == true, "\(receipt)")
        let expected = try await wire(message)
        let stored = try await eventually("the message is in the mailbox; \(server.log)") { server.messages.first }
        #expect(stored == expected, "\(String(decoding: stored, as: UTF8.self))")
        // esmtpsa: with TLS, and logged in.
        #expect(server.log.contains("P=esmtpsa") && server.log.contains("A=plain:shop"))
    }

    @Test("who is not let in keeps the message and says so")
    func wrongPassword() async throws {
        let server = try await EmailServer.start()
        for login in ["shop:wrong@", nil] {
            let error = try await failure(EmailFailure.self) { try await send(message(), to: server, login: login) }
            // Without a name the server turns the recipient down for good: it cannot know that we could have logged in.
            // It says "relay", though.
            guard case .notSent(let reason, let fault) = error else { throw error }
            #expect(fault == (login == nil ? .policy : .shop) && (login != nil || reason.contains("550")))
        }
        #expect(server.messages.isEmpty)
        #expect(server.log.contains("535 Incorrect authentication data"))
    }

    @Test("a mailbox that does not exist is refused for good")
    func unknownUser() async throws {
        let server = try await EmailServer.start()
        let error = try await failure(EmailFailure.self) { try await send(message(to: "bob@home.example"), to: server) }
        guard case .notSent(let reason, .email) = error else { throw error }
        #expect(reason.contains("550") && !reason.contains("bob"))
    }

    @Test(
        "a certificate that nobody vouches for ends it, also where encryption is only taken when offered",
        arguments: ["smtp", "smtps"])
    func untrusted(scheme: String) async throws {
        let server = try await EmailServer.start()
        let error = try await failure(EmailFailure.self) {
            try await send(message(), to: server, scheme: scheme, startTLS: .whenOffered, trusting: false)
        }
        guard case .notSent(_, .passing) = error else { throw error }
        #expect(!server.log.contains("A=plain"))
    }

    @Test("where encryption is required and not offered, neither password nor message leaves")
    func notOffered() async throws {
        let server = try await EmailServer.start(encrypts: false)
        let error = try await failure(EmailFailure.self) { try await send(message(), to: server) }
        guard case .notSent(_, .passing) = error else { throw error }
        #expect(!server.log.contains("A=plain") && server.messages.isEmpty)
    }
}
