import Domain
import OutboundHTTP
import Stripe
import TestSupport
import Testing

@Suite("Each answer of the payment provider leads to the one right next step", .timeLimit(.minutes(1)))
struct StripeFailureTests {
    /// One row of the error table: what is answered, and what becomes of it.
    struct Row: Sendable, CustomTestStringConvertible {
        let status: Int
        var headers: [String: String] = [:]
        var error = ""
        let failure: String
        let disposition: PaymentFailure.Disposition

        var testDescription: String { "\(status) \(error) → \(failure)" }
        var body: String { #"{"error": {\#(error)}}"# }
    }

    static let rows: [Row] = [
        Row(
            status: 400, error: #""type": "invalid_request_error", "code": "amount_too_small""#,
            failure: "invalid_request",
            disposition: .deadLetter),
        Row(
            status: 400, error: #""type": "invalid_request_error", "code": "payment_intent_unexpected_state""#,
            failure: "unexpected_state",
            disposition: .readBack),
        Row(status: 400, error: #""type": "idempotency_error""#, failure: "invalid_request", disposition: .deadLetter),
        Row(
            status: 400,
            error: #""type": "invalid_request_error", "code": "resource_missing", "param": "payment_method""#,
            failure: "unusable_method", disposition: .deadLetter),
        Row(
            status: 404,
            error: #""type": "invalid_request_error", "code": "resource_missing", "param": "payment_method""#,
            failure: "unusable_method", disposition: .deadLetter),
        Row(status: 408, failure: "in_progress", disposition: .retrySameKey(after: nil)),
        Row(status: 425, failure: "in_progress", disposition: .retrySameKey(after: nil)),
        Row(
            status: 401, error: #""type": "invalid_request_error""#, failure: "configuration", disposition: .openCircuit
        ),
        Row(status: 403, failure: "configuration", disposition: .openCircuit),
        Row(
            status: 402, error: #""type": "card_error", "code": "card_declined""#, failure: "declined",
            disposition: .settle),
        Row(status: 402, error: #""type": "something_else""#, failure: "outcome_unknown", disposition: .readBack),
        Row(status: 404, error: #""code": "resource_missing""#, failure: "not_found", disposition: .deadLetter),
        // Only the provider's own word on the object means that there is none.
        Row(status: 404, failure: "invalid_request", disposition: .deadLetter),
        Row(
            status: 404,
            error: """
                "code": "resource_missing", "param": "intent",
                "message": "No such payment_intent: 'pi_1'; a similar object \
                exists in live mode, but a test mode key was used to make this request."
                """, failure: "configuration", disposition: .openCircuit),
        Row(
            status: 409, error: #""code": "idempotency_key_in_use""#, failure: "in_progress",
            disposition: .retrySameKey(after: nil)),
        Row(
            status: 409, headers: ["Stripe-Should-Retry": "false"], failure: "unexpected_state",
            disposition: .readBack),
        Row(
            status: 429, error: #""code": "rate_limit""#, failure: "rate_limited",
            disposition: .retrySameKey(after: nil)),
        Row(
            status: 429, headers: ["Retry-After": "7"], failure: "rate_limited",
            disposition: .retrySameKey(after: .seconds(7))),
        Row(
            status: 429, headers: ["Retry-After": "-7"], failure: "rate_limited", disposition: .retrySameKey(after: nil)
        ),
        Row(
            status: 424, headers: ["Stripe-Should-Retry": "true"], failure: "in_progress",
            disposition: .retrySameKey(after: nil)),
        Row(status: 418, failure: "invalid_request", disposition: .deadLetter),
        Row(status: 500, error: #""type": "api_error""#, failure: "outcome_unknown", disposition: .readBack),
        Row(status: 500, headers: ["Stripe-Should-Retry": "true"], failure: "outcome_unknown", disposition: .readBack),
        Row(status: 503, failure: "outcome_unknown", disposition: .readBack),
        Row(
            status: 302, headers: ["Location": "http://127.0.0.1:1/"], failure: "configuration",
            disposition: .openCircuit),
    ]

    private func confirm(_ server: ScriptedServer, timeout: Duration = .seconds(15)) async throws -> PaymentFailure {
        try await withClient { client in
            let payments = try StripePayments(
                client: client, apiKey: "sk_test_abcdefgh", baseURL: server.url, timeout: timeout, logger: quiet)
            return try await failure(PaymentFailure.self) {
                try await payments.confirm(
                    .init(rawValue: "pi_1"), method: "pm", key: try #require(.confirmation(ofPayment: "p", attempt: 1)))
            }
        }
    }

    @Test("each error has its code and what to do next", arguments: rows)
    func table(row: Row) async throws {
        let error = try await confirm(try server(row.status, headers: row.headers, row.body))
        #expect(error.code == row.failure)
        #expect(error.disposition == row.disposition)
    }

    @Test(
        "only the provider's own word is its last, and says why",
        arguments: [
            (400, #""type": "invalid_request_error", "code": "amount_too_small""#, "amount_too_small"),
            (400, #""type": "invalid_request_error""#, "invalid_request_error"),
            (400, #""type": "idempotency_error""#, "idempotency_error"),
            (
                400, #""type": "invalid_request_error", "code": "resource_missing", "param": "payment_method""#,
                "payment_method_unusable"
            ),
            (400, "", nil), (413, "", nil), (404, #""type": "invalid_request_error", "code": "resource_missing""#, nil),
            (402, #""type": "card_error", "code": "card_declined""#, nil), (500, #""type": "api_error""#, nil),
        ] as [(Int, String, String?)])
    func refusals(status: Int, error: String, reason: String?) async throws {
        let body = error.isEmpty ? "<html>Bad request</html>" : #"{"error": {\#(error)}}"#
        #expect(try await confirm(try server(status, body)).refusal?.code == reason)
    }

    @Test(
        "a failure that the provider keeps under the key is told from an answer that got lost",
        arguments: [(500, true), (503, true), (402, false)])
    func answered(status: Int, isAnswered: Bool) async throws {
        let error = try await confirm(try server(status, #"{"error": {"type": "api_error"}}"#))
        guard case .outcomeUnknown(_, let answered) = error else { throw error }
        #expect(answered == isAnswered)
    }

    @Test("a decline carries its codes, its sentence and the intent")
    func decline() async throws {
        let body = """
            {"error": {"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds",
             "message": "Your card has insufficient funds.",
             "payment_intent": {"id": "pi_1", "status": "requires_payment_method", "amount": 500, "currency": "eur",
              "client_secret": "s",
             "last_payment_error": {"code": "card_declined", "decline_code": "insufficient_funds",
              "message": "Your card has insufficient funds."}}}}
            """
        let error = try await confirm(try server(402, headers: ["Request-Id": "req_9"], body))
        let decline = Decline(
            code: "card_declined", declineCode: "insufficient_funds", message: "Your card has insufficient funds.")
        let intent = PaymentIntent(
            id: .init(rawValue: "pi_1"), status: .requiresPaymentMethod, amount: Money(500, .eur), clientSecret: "s",
            lastError: decline,
            requestID: "req_9")
        #expect(error == .declined(decline, intent))
    }

    @Test(
        "a success that cannot be read is not taken for one",
        arguments: [
            "", "{}", "null", "not JSON", #"{"id": "pi_1", "status": "brand_new", "amount": 1, "currency": "usd"}"#,
            #"{"id": "pi_1", "status": "succeeded", "amount": 1, "currency": "zzz"}"#,
            #"{"id": "pi_1", "status": "succeeded", "amount": 1.5, "currency": "usd"}"#,
        ])
    func unreadable(body: String) async throws {
        #expect(try await confirm(try server(200, headers: ["Request-Id": "req_7"], body)).code == "outcome_unknown")
    }

    @Test("the request's own id is kept in the failure, the provider's sentence is not")
    func requestID() async throws {
        let error = try await confirm(
            try server(
                500, headers: ["Request-Id": "req_5"],
                #"{"error": {"type": "api_error", "message": "for ann@home.example"}}"#))
        #expect("\(error)".contains("req_5") && "\(error)".contains("500"))
        #expect(!"\(error)".contains("ann"))
    }

    @Test("never reached is not sent; lost on the way back is unknown")
    func connection() async throws {
        let gone = try server(200, "")
        gone.stop()
        let notSent = try await confirm(gone)
        #expect(notSent.code == "not_sent")
        #expect(notSent.disposition == .retrySameKey(after: nil))

        let silent = try ScriptedServer { peer in
            _ = try peer.readRequest()
            peer.waitForClose()
        }
        let late = try await confirm(silent, timeout: .milliseconds(300))
        #expect(late.code == "outcome_unknown")
        #expect(late.disposition == .readBack)

        let dropping = try ScriptedServer { peer in _ = try peer.readRequest() }
        #expect(try await confirm(dropping).code == "outcome_unknown")
    }
}
