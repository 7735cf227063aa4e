import Domain
import FoundationEssentials
import OutboundHTTP
import Stripe
import TestSupport
import Testing

@Suite("The provider's lists are read to their end", .timeLimit(.minutes(1)))
struct StripeListTests {
    private static let ids = (
        payment: "0192f0c1-2b3c-7d4e-8f50-112233445577", order: "0192f0c1-2b3c-7d4e-8f50-112233445566"
    )
    private static let intents = """
        {"object": "list", "has_more": true, "data": [
         {"id": "pi_2", "status": "succeeded", "amount": 700, "amount_received": 650, "currency": "usd",
          "created": 1700000001,
          "metadata": {"order_id": "\(ids.order)", "payment_id": "\(ids.payment)", "shop": "s1"}},
         {"id": "pi/1", "status": "succeeded", "amount": 1, "currency": "xyz", "created": 1700000000}]}
        """
    private static let refunds = """
        {"object": "list", "has_more": false, "data": [
         {"id": "re_1", "status": "succeeded", "amount": 700, "currency": "usd", "payment_intent": "pi_2",
          "created": 1700000002}]}
        """

    private func payments(_ client: OutboundHTTPClient, _ server: ScriptedServer) throws -> StripePayments {
        try StripePayments(client: client, apiKey: "sk_test_abcdefgh", baseURL: server.url, logger: quiet)
    }

    @Test("listed intents have their time, result and references, and one that makes no sense is named, not believed")
    func intents() async throws {
        let log = ScriptLog<ScriptedRequest>()
        let server = try server(200, headers: ["Request-Id": "req_1"], Self.intents, log: log)
        try await withClient { client in
            let payments = try payments(client, server)
            let page = try await payments.intents(
                createdSince: Date(timeIntervalSince1970: 1_699_999_999.9), after: nil)
            #expect(
                page.items == [
                    PaymentIntent(
                        id: .init(rawValue: "pi_2"), status: .succeeded, amount: Money(700, .usd),
                        orderID: Order.ID(Self.ids.order),
                        requestID: "req_1", createdAt: Date(timeIntervalSince1970: 1_700_000_001),
                        amountReceived: Money(650, .usd),
                        paymentID: Payment.ID(Self.ids.payment), shop: "s1")
                ])
            #expect(page.unreadable == ["pi/1"])
            // The page after the last entry, readable or not.
            #expect(page.next == "pi/1")
            _ = try await payments.intents(createdSince: Date(timeIntervalSince1970: 1_699_999_999), after: page.next)
        }
        #expect(
            log.entries.map { "\($0.method) \($0.target)" } == [
                "GET /v1/payment_intents?limit=100&created%5Bgte%5D=1699999999",
                "GET /v1/payment_intents?limit=100&created%5Bgte%5D=1699999999&starting_after=pi%2F1",
            ])
    }

    @Test("refunds likewise, and the last page says so")
    func refunds() async throws {
        let log = ScriptLog<ScriptedRequest>()
        let server = try server(200, Self.refunds, log: log)
        try await withClient { client in
            let page = try await payments(client, server).refunds(
                createdSince: Date(timeIntervalSince1970: 5), after: nil)
            #expect(page.items.map(\.createdAt) == [Date(timeIntervalSince1970: 1_700_000_002)])
            #expect(page.next == nil)
        }
        #expect(log.entries.map(\.target) == ["/v1/refunds?limit=100&created%5Bgte%5D=5"])
    }

    @Test("a list that is no list, or not given, is no empty list")
    func failures() async throws {
        try await withClient { client in
            let garbage = try payments(client, server(200, #"{"object": "page"}"#))
            let answer = try await failure(PaymentFailure.self) {
                try await garbage.intents(createdSince: Date(), after: nil)
            }
            #expect(answer.code == "outcome_unknown")
            let busy = try payments(client, server(429, headers: ["Retry-After": "2"], "{}"))
            let refusal = try await failure(PaymentFailure.self) {
                try await busy.refunds(createdSince: Date(), after: nil)
            }
            #expect(refusal == .rateLimited(retryAfter: .seconds(2)))
        }
    }
}
