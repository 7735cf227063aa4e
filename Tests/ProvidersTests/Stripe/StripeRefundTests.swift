import Domain
import OutboundHTTP
import Stripe
import TestSupport
import Testing

@Suite("Money is taken and given back in the provider's own words", .timeLimit(.minutes(1)))
struct StripeRefundTests {
    private static let ids = (
        refund: "0192f0c1-2b3c-7d4e-8f50-112233445577", order: "0192f0c1-2b3c-7d4e-8f50-112233445566"
    )
    private static let refund = """
        {"id": "re_1", "object": "refund", "status": "succeeded", "amount": 700, "currency": "usd",
         "payment_intent": "pi_1",
         "reason": null, "metadata": {"order_id": "\(ids.order)", "refund_id": "\(ids.refund)"}}
        """

    private func payments(_ client: OutboundHTTPClient, _ server: ScriptedServer) throws -> StripePayments {
        try StripePayments(client: client, apiKey: "sk_test_abcdefgh", baseURL: server.url, logger: quiet)
    }

    private func request(_ amount: Money = Money(700, .usd), reason: RefundReason = .duplicate) throws
        -> ProviderRefundRequest
    {
        let id = try #require(Refund.ID(Self.ids.refund))
        return ProviderRefundRequest(
            refundID: id, orderID: try #require(Order.ID(Self.ids.order)), intentID: .init(rawValue: "pi_1"),
            amount: amount,
            reason: reason, key: try #require(.refund(id)))
    }

    @Test("a refund names intent, amount, reason, order and our refund, under the key of our row")
    func make() async throws {
        let log = ScriptLog<ScriptedRequest>()
        let server = try server(200, headers: ["Request-Id": "req_1"], Self.refund, log: log)
        let made = try await withClient { client in try await payments(client, server).refund(request()) }
        #expect(
            made
                == ProviderRefund(
                    id: .init(rawValue: "re_1"), status: .succeeded, amount: Money(700, .usd),
                    intentID: .init(rawValue: "pi_1"),
                    refundID: Refund.ID(Self.ids.refund), requestID: "req_1"))
        let sent = try #require(log.entries.first)
        #expect("\(sent.method) \(sent.target)" == "POST /v1/refunds")
        #expect(
            sent.body
                == "payment_intent=pi_1&amount=700&reason=duplicate&metadata[order_id]=\(Self.ids.order)"
                + "&metadata[refund_id]=\(Self.ids.refund)"
        )
        #expect(sent.headers["idempotency-key"] == "rf:\(Self.ids.refund)")
    }

    @Test("refunds are read one by one and by intent, and money that is set aside is taken")
    func others() async throws {
        let log = ScriptLog<ScriptedRequest>()
        let list = #"{"object": "list", "has_more": false, "data": [\#(Self.refund)]}"#
        let intent = #"{"id": "pi_1", "status": "succeeded", "amount": 700, "currency": "usd"}"#
        let found = try await withClient { client in
            let read = try await payments(client, server(200, Self.refund, log: log)).refund(
                ProviderRefund.ID(rawValue: "re/1"))
            #expect(read.id.rawValue == "re_1")
            let captured = try await payments(client, server(200, intent, log: log)).capture(
                .init(rawValue: "pi_1"), amount: nil, key: try #require(.capture(ofPayment: "p1")))
            #expect(captured.status == .succeeded)
            return try await payments(client, server(200, list, log: log)).refunds(of: .init(rawValue: "pi_1"))
        }
        #expect(found.map(\.refundID) == [Refund.ID(Self.ids.refund)])
        #expect(
            log.entries.map { "\($0.method) \($0.target)" } == [
                "GET /v1/refunds/re%2F1", "POST /v1/payment_intents/pi_1/capture",
                "GET /v1/refunds?limit=100&payment_intent=pi_1",
            ])
        #expect(log.entries.map { $0.headers["idempotency-key"] } == [nil, "pcap:p1", nil])
        #expect(log.entries[1].body == "expand[0]=latest_charge")
    }

    @Test("a part that is to be taken is named in the provider's units, and what it says was taken is read")
    func capturesPart() async throws {
        let log = ScriptLog<ScriptedRequest>()
        let intent = """
            {"id": "pi_1", "status": "succeeded", "amount": 4699, "amount_received": 500, "amount_capturable": 0,
             "currency": "usd",
             "latest_charge": {"id": "ch_1", "payment_method_details": {"card": {"brand": "visa", "last4": "4242"}}}}
            """
        try await withClient { client in
            let key = try #require(IdempotencyKey.capture(ofPayment: "p1"))
            let id = PaymentIntent.ID(rawValue: "pi_1")
            let captured = try await payments(client, server(200, intent, log: log)).capture(
                id, amount: Money(500, .usd), key: key)
            #expect(captured.captured == Money(500, .usd) && captured.amount == Money(4699, .usd))
            #expect(captured.card == CardSummary(brand: "visa", lastFour: "4242"))
            #expect(log.entries.first?.body == "amount_to_capture=500&expand[0]=latest_charge")
            let dinars = Money(1234, try currency("KWD"))
            let counting = try payments(client, server(200, intent))
            let failure = try await failure(PaymentFailure.self) {
                try await counting.capture(id, amount: dinars, key: key)
            }
            #expect(failure.code == "invalid_request")
            // Only named, or of another kind: no card is known, and nothing else is lost.
            for charge in [#""ch_1""#, "null", #"{"id": "ch_1", "payment_method_details": {"link": {}}}"#, "7"] {
                let bare =
                    #"""
                    {"id": "pi_1", "status": "succeeded", "amount": 500, "currency": "usd", "latest_charge": \#(charge)}
                    """#
                let read = try await payments(client, server(200, bare)).retrieve(id)
                #expect(read.card == nil && read.captured == Money(500, .usd))
            }
        }
    }

    @Test("a refund names the shop that makes it, and one made elsewhere says what it says")
    func shop() async throws {
        let log = ScriptLog<ScriptedRequest>()
        let made =
            #"""
            {"id": "re_9", "status": "succeeded", "amount": 5, "currency": "usd", "reason": "fraudulent", \#
            "metadata": {"shop": "s1"}}
            """#
        let read = try await withClient { client in
            let request = ProviderRefundRequest(
                refundID: Refund.ID(), orderID: Order.ID(), shop: "s1", intentID: .init(rawValue: "pi_1"),
                amount: Money(5, .usd),
                reason: .requestedByCustomer, key: try #require(.refund("r1")))
            return try await payments(client, server(200, made, log: log)).refund(request)
        }
        #expect(log.entries.first?.body.contains("metadata[shop]=s1") == true)
        #expect(read.shop == "s1" && read.reason == .fraudulent && read.refundID == nil)
    }

    @Test(
        "the provider's states are ours, and what makes no sense is not believed",
        arguments: [
            ("pending", RefundStatus.pending), ("requires_action", .pending), ("failed", .failed),
            ("canceled", .canceled), ("odd", nil),
        ])
    func states(word: String, status: RefundStatus?) async throws {
        let answer =
            #"""
            {"id": "re_1", "status": "\#(word)", "amount": 700, "currency": "usd", \#
            "failure_reason": "lost_or_stolen_card"}
            """#
        try await withClient { client in
            let payments = try payments(client, server(200, answer))
            if let status {
                let refund = try await payments.refund(request())
                #expect(refund.status == status)
                #expect(refund.failureReason == "lost_or_stolen_card")
            } else {
                #expect(
                    try await failure(PaymentFailure.self) { try await payments.refund(request()) }.code
                        == "outcome_unknown")
            }
        }
    }

    @Test("more than is left is refused for good, and an amount that cannot be counted is never sent")
    func refused() async throws {
        let error = #"{"error": {"type": "invalid_request_error", "code": "charge_already_refunded"}}"#
        try await withClient { client in
            let payments = try payments(client, server(400, error))
            #expect(
                try await failure(PaymentFailure.self) { try await payments.refund(request()) }.code
                    == "invalid_request")
            // The provider's own words are kept for operators.
            let words =
                #"""
                {"error": {"type": "invalid_request_error", "code": "amount_too_large", \#
                "message": "Greater than unrefunded amount."}}
                """#
            let wordy = try self.payments(client, server(400, headers: ["Request-Id": "req_1"], words))
            let refusal = try await failure(PaymentFailure.self) { try await wordy.refund(request()) }
            #expect(refusal.reason == "amount_too_large: Greater than unrefunded amount. (request req_1)")
            let dinars = Money(1234, try currency("KWD"))
            #expect(
                try await failure(PaymentFailure.self) { try await payments.refund(request(dinars)) }.code
                    == "invalid_request")
        }
    }
}
