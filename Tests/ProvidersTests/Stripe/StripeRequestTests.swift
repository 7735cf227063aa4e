import Domain
import OutboundHTTP
import Stripe
import TestSupport
import Testing

@Suite("Calls to the payment provider say exactly what is meant", .timeLimit(.minutes(1)))
struct StripeRequestTests {
    private static let order = Order.ID("0192f0c1-2b3c-7d4e-8f50-112233445566")
    private static let intent = """
        {"id": "pi_1", "object": "payment_intent", "status": "requires_confirmation", "amount": 1999, "currency": "usd",
         "client_secret": "pi_1_secret_x", "last_payment_error": null, "livemode": false,
         "metadata": {"order_id": "0192f0c1-2b3c-7d4e-8f50-112233445566", "payment_id": "p1"}}
        """

    private func payments(_ client: OutboundHTTPClient, _ server: ScriptedServer) throws -> StripePayments {
        try StripePayments(client: client, apiKey: "sk_test_abcdefgh", baseURL: server.url + "/", logger: quiet)
    }

    @Test("creating names amount, currency, card, order and payment, and does not confirm")
    func create() async throws {
        let log = ScriptLog<ScriptedRequest>()
        let server = try server(200, headers: ["Request-Id": "req_1"], Self.intent, log: log)
        let order = try #require(Self.order)
        let request = PaymentIntentRequest(
            orderID: order, orderNumber: 1001, amount: Money(1999, .usd), captureMethod: .manual,
            key: try #require(.creation(ofPayment: "p1")), metadata: ["payment_id": "p1", "note": "a&b=c d"])
        let intent = try await withClient { client in try await payments(client, server).create(request) }
        #expect(
            intent
                == PaymentIntent(
                    id: .init(rawValue: "pi_1"), status: .requiresConfirmation, amount: Money(1999, .usd),
                    clientSecret: "pi_1_secret_x",
                    lastError: nil, orderID: order, requestID: "req_1"))
        let sent = try #require(log.entries.first)
        #expect(sent.method == "POST")
        #expect(sent.target == "/v1/payment_intents")
        #expect(
            sent.body
                == "amount=1999&currency=usd&capture_method=manual&confirm=false&payment_method_types[0]=card"
                + "&description=Order%201001&metadata[order_id]=0192f0c1-2b3c-7d4e-8f50-112233445566"
                + "&metadata[note]=a%26b%3Dc%20d&metadata[payment_id]=p1"
        )
        #expect(sent.headers["authorization"] == "Bearer sk_test_abcdefgh")
        #expect(sent.headers["idempotency-key"] == "pi:p1")
        #expect(sent.headers["stripe-version"] == StripePayments.apiVersion)
        #expect(sent.headers["content-type"] == "application/x-www-form-urlencoded")
    }

    @Test("confirming, reading and cancelling go to the intent's own address")
    func others() async throws {
        let log = ScriptLog<ScriptedRequest>()
        let server = try server(200, Self.intent, log: log)
        try await withClient { client in
            let payments = try payments(client, server)
            let id = PaymentIntent.ID(rawValue: "pi_1")
            _ = try await payments.confirm(
                id, method: "pm_card_visa", key: try #require(.confirmation(ofPayment: "p1", attempt: 2)))
            _ = try await payments.retrieve(id)
            _ = try await payments.cancel(id, key: try #require(IdempotencyKey(rawValue: "px:p1:a")))
            _ = try await payments.retrieve(PaymentIntent.ID(rawValue: "../../x?y"))
        }
        #expect(log.entries.map(\.method) == ["POST", "GET", "POST", "GET"])
        #expect(
            log.entries.map(\.target) == [
                "/v1/payment_intents/pi_1/confirm", "/v1/payment_intents/pi_1?expand%5B0%5D=latest_charge",
                "/v1/payment_intents/pi_1/cancel", "/v1/payment_intents/..%2F..%2Fx%3Fy?expand%5B0%5D=latest_charge",
            ])
        #expect(log.entries.map(\.body) == ["payment_method=pm_card_visa&expand[0]=latest_charge", "", "", ""])
        #expect(log.entries.map { $0.headers["idempotency-key"] } == ["pc:p1:2", nil, "px:p1:a", nil])
    }

    @Test(
        "amounts are sent in the provider's units",
        arguments: [
            (1999, "USD", 1999), (500, "JPY", 500), (1230, "KWD", 1230), (700, "ISK", 70000), (12300, "MGA", 123),
        ])
    func units(amount: Int64, code: String, units: Int64) async throws {
        let log = ScriptLog<ScriptedRequest>()
        let answer =
            #"""
            {"id": "pi_1", "status": "requires_confirmation", "amount": \#(units), "currency": "\#(code.lowercased())"}
            """#
        let server = try server(200, answer, log: log)
        let money = Money(amount, try currency(code))
        let intent = try await withClient { client in try await payments(client, server).create(request(money)) }
        #expect(log.entries.first?.body.hasPrefix("amount=\(units)&currency=\(code.lowercased())&") == true)
        #expect(intent.amount == money)
    }

    @Test(
        "amounts the provider cannot count are refused before anything is sent",
        arguments: [(1234, "KWD"), (12345, "MGA"), (0, "USD"), (-1, "USD")])
    func badUnits(amount: Int64, code: String) async throws {
        let server = try server(200, Self.intent)
        let money = Money(amount, try currency(code))
        let error = try await withClient { client in
            try await failure(PaymentFailure.self) { try await payments(client, server).create(request(money)) }
        }
        #expect(error.code == "invalid_request")
        #expect(server.connections == 0)
    }

    private func request(_ money: Money) throws -> PaymentIntentRequest {
        PaymentIntentRequest(
            orderID: try #require(Self.order), orderNumber: 1, amount: money,
            key: try #require(.creation(ofPayment: "p1")))
    }

    @Test(
        "a live key goes only to the provider itself, over TLS",
        arguments: [
            ("sk_live_abcdefgh", "http://127.0.0.1:9090", false), ("sk_live_abcdefgh", "https://localhost", false),
            ("rk_live_abcdefgh", "https://sandbox.example", false),
            ("sk_live_abcdefgh", "http://api.stripe.com", false),
            ("sk_live_abcdefgh", "https://api.stripe.com.evil.example", false),
            ("sk_live_abcdefgh", "https://api.stripe.com", true),
            ("sk_live_abcdefgh", "https://API.stripe.com:443/", true),
            ("sk_test_abcdefgh", "http://127.0.0.1:9090", true),
            ("rk_test_abcdefgh", "https://api.stripe.com", true), ("pk_test_abcdefgh", "http://127.0.0.1:9090", false),
            ("sk_test_", "http://127.0.0.1:9090", false), ("", "http://127.0.0.1:9090", false),
            ("sk_test_abc\r\nX: y", "http://127.0.0.1:9090", false),
            ("sk_test_abcdefgh", "ftp://127.0.0.1", false), ("sk_test_abcdefgh", "http://user:pw@127.0.0.1", false),
        ])
    func keys(key: String, base: String, isAccepted: Bool) async throws {
        try await withClient { client in
            do {
                let payments = try StripePayments(client: client, apiKey: key, baseURL: base, logger: quiet)
                #expect(isAccepted)
                var dumped = ""
                dump(payments, to: &dumped)
                #expect(!"\(payments)".contains(key) && !dumped.contains(key))
            } catch {
                #expect(!isAccepted, "\(error)")
                #expect(key.count < 12 || !"\(error)".contains(key))
            }
        }
    }
}
