import Domain
import FoundationEssentials
import Providers
import Resilience
import Stripe
import Synchronization
import TestSupport
import Testing

@Suite("Calls ask first, and say what became of them", .timeLimit(.minutes(1)))
struct GuardTests {
    /// A limiter that admits as it is told and notes what it hears.
    private final class ScriptedLimiter: RateLimiter {
        let name = "payments"
        private let answers: Mutex<[Admission]>
        private let heard = Mutex<[String]>([])

        init(_ answers: Admission...) { self.answers = Mutex(answers) }

        var reports: [String] { heard.withLock { $0 } }

        func admit(_ endpoint: String) async -> Admission {
            answers.withLock {
                $0.isEmpty ? .go(CallTicket(generation: 7, isShared: true), after: .zero) : $0.removeFirst()
            }
        }

        func report(_ outcome: CallOutcome, of endpoint: String, _ ticket: CallTicket) async {
            heard.withLock { $0.append("\(endpoint) \(ticket.generation): \(outcome)") }
        }
    }

    private func payments(_ status: Int, headers: [String: String] = [:], _ body: String, limiter: ScriptedLimiter)
        async throws
        -> PaymentFailure?
    {
        try await withClient { client in
            let stripe = try StripePayments(
                client: client, apiKey: "sk_test_abcdefgh", baseURL: try server(status, headers: headers, body).url,
                logger: quiet)
            do {
                _ = try await GuardedPayments(stripe, limiter: limiter).retrieve(.init(rawValue: "pi_1"))
                return nil
            } catch let error as PaymentFailure {
                return error
            }
        }
    }

    private static let intent = #"{"id": "pi_1", "status": "succeeded", "amount": 1, "currency": "usd"}"#

    @Test("a call that may not be made is not made, and its failure says for how long and why")
    func held() async throws {
        let limiter = ScriptedLimiter(.wait(.seconds(4), .circuit), .wait(.seconds(2), .turn))
        #expect(try await payments(500, "", limiter: limiter) == .unavailable(retryAfter: .seconds(4), .circuit))
        #expect(try await payments(500, "", limiter: limiter) == .unavailable(retryAfter: .seconds(2), .turn))
        #expect(limiter.reports == [])
    }

    @Test("a call waits for its turn")
    func turn() async throws {
        let limiter = ScriptedLimiter(.go(CallTicket(generation: 1, isShared: true), after: .milliseconds(300)))
        let began = ContinuousClock.now
        #expect(try await payments(200, Self.intent, limiter: limiter) == nil)
        #expect(ContinuousClock.now - began >= .milliseconds(300))
        #expect(limiter.reports == ["retrieve 1: answered"])
    }

    @Test(
        "a no is an answer; garbage, errors of the server and being turned away are not",
        arguments: [
            (200, Self.intent, "answered"), (404, "{}", "answered"),
            (402, #"{"error": {"type": "card_error"}}"#, "answered"),
            (409, "{}", "answered"), (200, "<html>", "failed("), (500, "", "failed("), (401, "", "refused("),
            (429, "", "slowDown(nil)"),
        ])
    func verdicts(_ status: Int, _ body: String, _ verdict: String) async throws {
        let limiter = ScriptedLimiter()
        _ = try await payments(status, body, limiter: limiter)
        #expect(limiter.reports.count == 1)
        #expect(limiter.reports.first?.hasPrefix("retrieve 7: \(verdict)") == true, "\(limiter.reports)")
    }

    @Test("the time that the provider asks for is handed on")
    func pause() async throws {
        let limiter = ScriptedLimiter()
        _ = try await payments(429, headers: ["Retry-After": "9"], "", limiter: limiter)
        #expect(limiter.reports == ["retrieve 7: slowDown(Optional(9.0 seconds))"])
    }

    /// A transport that does as it is told.
    private struct Transport: EmailTransport {
        let failure: EmailFailure?
        func send(_ message: EmailMessage) async throws(EmailFailure) -> EmailReceipt {
            if let failure { throw failure }
            return EmailReceipt(reference: nil)
        }
    }

    @Test(
        "email: a message that is refused for good says nothing of the server",
        arguments: [
            (nil, "answered"), (.notSent(reason: "r", fault: .email), "answered"),
            (.notSent(reason: "r", fault: .policy), "answered"),
            (.notSent(reason: "r", fault: .passing), #"failed("r")"#),
            (.notSent(reason: "r", fault: .shop), #"refused("r")"#),
            (.outcomeUnknown(reason: "r"), #"failed("r")"#),
            (.notYet(after: .seconds(3), reason: "r"), "slowDown(Optional(3.0 seconds))"),
        ] as [(EmailFailure?, String)])
    func email(_ failure: EmailFailure?, _ verdict: String) async throws {
        let limiter = ScriptedLimiter()
        let message = EmailMessage(
            messageID: "<1@shop.example>", recipient: try EmailAddress("ada@example.com"), subject: "s", text: "t",
            html: "h", date: Date())
        _ = try? await GuardedEmail(Transport(failure: failure), limiter: limiter).send(message)
        #expect(limiter.reports == ["send 7: \(verdict)"])
    }

    @Test("email that may not be sent now is not sent")
    func heldEmail() async throws {
        let limiter = ScriptedLimiter(.wait(.seconds(4), .circuit))
        let message = EmailMessage(
            messageID: "<1@shop.example>", recipient: try EmailAddress("ada@example.com"), subject: "s", text: "t",
            html: "h", date: Date())
        let error = await #expect(throws: EmailFailure.self) {
            try await GuardedEmail(Transport(failure: nil), limiter: limiter).send(message)
        }
        #expect(error == .notYet(after: .seconds(4), reason: "the email provider fails at present"))
        #expect(limiter.reports == [])
    }
}
