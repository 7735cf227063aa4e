import Domain
import Providers
import TestSupport
import Testing

@Suite("The email provider is asked what became of a message", .timeLimit(.minutes(1)))
struct ActivityLookupTests {
    private static let delivery = EmailDelivery(
        id: EmailDelivery.ID(), orderID: Order.ID(), kind: .orderConfirmation, status: .unknown, attempt: 1,
        recipient: nil)

    private func ask(_ server: ScriptedServer) async throws -> EmailTrace {
        try await withClient { client in
            try await ActivityLookup(client: client, url: server.url + "/mail/activity")
                .trace(of: Self.delivery, messageID: "<a+b@shop.example>")
        }
    }

    @Test("yes and no are taken at their word", arguments: [true, false])
    func answers(accepted: Bool) async throws {
        let log = ScriptLog<ScriptedRequest>()
        #expect(
            try await ask(try server(200, #"{"accepted": \#(accepted)}"#, log: log))
                == (accepted ? .accepted : .notAccepted))
        #expect(log.entries.map(\.target) == ["/mail/activity?message_id=%3Ca%2Bb%40shop.example%3E"])
    }

    @Test(
        "anything else leaves the question open",
        arguments: [(200, "{}"), (200, ""), (200, #"{"accepted": "yes"}"#), (404, #"{"accepted": false}"#), (500, "")])
    func open(status: Int, body: String) async throws {
        let error = try await failure(EmailFailure.self) { try await ask(try server(status, body)) }
        guard case .outcomeUnknown = error else { throw error }
    }

    @Test("a provider that cannot be reached leaves the question open")
    func unreachable() async throws {
        let gone = try server(200, "")
        gone.stop()
        let error = try await failure(EmailFailure.self) { try await ask(gone) }
        guard case .outcomeUnknown = error else { throw error }
    }
}
