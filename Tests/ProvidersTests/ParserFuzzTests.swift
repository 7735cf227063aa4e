import Crypto
import Domain
import Foundation
import OutboundHTTP
import PropertySupport
import Testing

@testable import Providers
@testable import Stripe

@Suite(
    "Whatever a provider answers, the worker lives, and what it takes from the answer is in bounds",
    .timeLimit(.minutes(10)))
struct ProviderParserTests {
    private static let intent = """
        {"id": "pi_1", "object": "payment_intent", "status": "succeeded", "amount": 1999, "amount_received": 1999,
         "currency": "usd", "created": 1764000000,
         "livemode": false, "last_payment_error": {"code": "card_declined", "message": "no"}, "client_secret": "s",
         "metadata": {"order_id": "0192f0c1-2b3c-7d4e-8f50-112233445566", "shop": "a"}}
        """
    private static let refund = """
        {"id": "re_1", "status": "succeeded", "amount": 12345, "currency": "kwd", "payment_intent": "pi_1",
         "created": 1764000000, "metadata": {}}
        """
    private static let charge =
        #"{"id": "ch_1", "amount_refunded": 1500, "currency": "jpy", "payment_intent": "pi_1", "metadata": {}}"#
    private static let dispute = """
        {"id": "du_1", "amount": 1999, "currency": "eur", "reason": "fraudulent", "status": "needs_response",
         "created": 1764000000,
         "evidence_details": {"due_by": 1764600000}}
        """
    private static let problem =
        #"{"error": {"type": "card_error", "code": "card_declined", "payment_intent": \#(intent)}}"#
    private static let bounds = Date(timeIntervalSince1970: 0)...Date(timeIntervalSince1970: 253_402_300_799)

    private static func check(_ money: Money?) throws {
        try demand((money?.amount ?? 0) >= 0, "\(String(describing: money)) is below zero")
    }
    private static func check(_ time: Date?) throws {
        try demand(time.map(bounds.contains) ?? true, "\(String(describing: time)) is no time")
    }
    private static func check(_ intent: PaymentIntent) throws {
        try check(intent.amount)
        try check(intent.amountReceived)
        try check(intent.createdAt)
    }
    private static func check(_ refund: ProviderRefund) throws {
        try check(refund.amount)
        try check(refund.createdAt)
    }
    private static func check(_ wait: Duration?) throws {
        try demand(
            (wait ?? .zero) >= .zero && (wait ?? .zero) <= .seconds(3600), "a wait of \(String(describing: wait))")
    }

    private static func stripe(_ body: [UInt8], status: Int = 200, retryAfter: String = "1") -> StripeAnswer {
        StripeAnswer(
            OutboundResponse(status: status, headers: ["Retry-After": retryAfter, "Request-Id": "req_1"], body: body),
            isLive: false)
    }

    @Test("answers of the payment provider: intents, refunds, lists, refusals")
    func answers() {
        property("an intent", Gen<[UInt8]>.bytes(near: [Self.intent])) { body in
            if let intent = try? Self.stripe(body).intent() { try Self.check(intent) }
        }
        property("a refund", Gen<[UInt8]>.bytes(near: [Self.refund])) { body in
            if let refund = try? Self.stripe(body).refund() { try Self.check(refund) }
        }
        property(
            "lists",
            Gen<[UInt8]>.bytes(near: [Self.intent, Self.refund].map { #"{"data": [\#($0)], "has_more": true}"# })
        ) { body in
            for intent in (try? Self.stripe(body).intentPage().items) ?? [] { try Self.check(intent) }
            for refund in (try? Self.stripe(body).refundPage().items) ?? [] { try Self.check(refund) }
            for refund in (try? Self.stripe(body).refunds()) ?? [] { try Self.check(refund) }
        }
        let refusals = all(Gen<[UInt8]>.bytes(near: [Self.problem]), Gen<Int>.int(100...999), Gen<String>.number)
        property("refusals", refusals) { body, status, retryAfter in
            do throws(PaymentFailure) {
                _ = try Self.stripe(body, status: status, retryAfter: retryAfter).intent()
            } catch {
                if case .rateLimited(let wait) = error { try Self.check(wait) }
                if case .declined(_, .some(let intent)) = error { try Self.check(intent) }
            }
        }
    }

    @Test("events of the payment provider, of every kind", arguments: PaymentEventKind.allCases)
    func events(kind: PaymentEventKind) {
        let samples = [Self.intent, Self.refund, Self.charge, Self.dispute].map {
            #"{"id": "evt_1", "data": {"object": \#($0)}}"#
        }
        property("an event \(kind.rawValue)", count: 2_000, Gen<String>.text(near: samples)) { text in
            switch StripeEvents.read(kind, text) {
            case .settled(let intent), .passed(let intent): try Self.check(intent)
            case .refund(let refund): try Self.check(refund)
            case .chargeRefunded(let charge): try Self.check(charge.refunded)
            case .dispute(let dispute):
                try Self.check(dispute.amount)
                try Self.check(dispute.openedAt)
                try Self.check(dispute.answerBefore)
            default: break
            }
        }
    }

    @Test("webhooks of the payment provider: signatures and what they carry")
    func webhooks() {
        let header = "t=1764000000,v1=\(String(repeating: "ab", count: 32)),v0=x"
        property("a signature", both(Gen<String>.text(near: [header]), Gen<Int64>.int64())) { text, now in
            guard let signature = try? StripeSignature(text) else { return }
            try demand(
                (try? signature.verify([1], secrets: [SymmetricKey(size: .bits256)], now: now)) == nil,
                "believed: \(text)")
        }
        let sample = """
            {"id": "evt_1", "type": "payment_intent.succeeded", "livemode": false, "created": 1764000000,
             "data": {"object": {"id": "pi_1", "amount": 1999}}}
            """
        let reader = StripeModule().webhookReader(secrets: [])
        property("an event", Gen<[UInt8]>.bytes(near: [sample])) { bytes in
            guard case .notification(let event) = reader.content(of: bytes) else { return }
            try Self.check(event.occurredAt)
            try demand((1...255).contains(event.id.utf8.count), event.id)
        }
    }

    @Test(
        "the email provider's answer 429 names a time at the ends of 64 bits",
        arguments: ["-9223372036854775808", "9223372036854775807", "-1", "0", "", "9223372036854775808", "1e3"])
    func waits(text: String) throws {
        for name in ["X-RateLimit-Reset", "Retry-After"] {
            for now in [0, 1_764_000_000, Int.max, .min] {
                var headers = OutboundHeaders()
                headers.append(name: name, value: text)
                do throws(EmailFailure) {
                    _ = try SendGridAnswer(response: OutboundResponse(status: 429, headers: headers), now: now)
                        .receipt()
                    Issue.record("429 is no receipt")
                } catch {
                    if case .notYet(let wait, _) = error {
                        #expect((Duration.seconds(1)...Duration.seconds(3600)).contains(wait))
                    } else {
                        Issue.record("\(error)")
                    }
                }
            }
        }
    }

    @Test(
        "the payment provider's answer 429 names any wait, of which none longer than an hour is kept",
        arguments: [("1", 1), ("3600", 3600), ("3601", nil), ("-1", nil), ("9223372036854775807", nil), ("1e3", nil)]
            as [(String, Int?)])
    func paymentWaits(text: String, seconds: Int?) {
        do throws(PaymentFailure) {
            _ = try Self.stripe(Array("{}".utf8), status: 429, retryAfter: text).intent()
            Issue.record("429 is no intent")
        } catch {
            #expect(error == .rateLimited(retryAfter: seconds.map { .seconds($0) }))
        }
    }

    @Test("any answer of the email provider, with any headers")
    func emailAnswers() {
        let bodies = Gen<[UInt8]>.bytes(near: [
            #"{"errors": [{"message": "no", "field": "from", "help": null}]}"#, "{}", "",
        ])
        let headers = both(Gen<String>.number, Gen<String>.number)
        property("an answer", all(bodies, Gen<Int>.int(100...999), headers)) { body, status, headers in
            let response = OutboundResponse(
                status: status, headers: ["X-RateLimit-Reset": headers.0, "Retry-After": headers.1], body: body)
            do {
                _ = try SendGridAnswer(response: response, now: 1_764_000_000).receipt()
                try demandEqual(status, 202)
            } catch EmailFailure.notYet(let wait, _) {
                try Self.check(wait)
            } catch is EmailFailure {}
        }
    }

    @Test("documents of exchange rates")
    func rates() {
        func hold(
            _ name: String, _ samples: [String], _ parse: @escaping @Sendable ([UInt8]) throws(RateFailure) -> RateSet
        ) {
            property(name, count: 3_000, Gen<[UInt8]>.bytes(near: samples)) { body in
                guard let set = try? parse(body) else { return }
                try demand((1...9999).contains(set.date.year) && !set.rates.isEmpty, "\(set.date)")
                for rate in set.rates.values { try demandEqual(ExchangeRate(rate.description), rate) }
            }
        }
        hold(
            "the European Central Bank's",
            [
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01">
                <Cube><Cube time='2026-11-27'><Cube currency='USD' rate='1.0876'/>
                <Cube currency='JPY' rate='164.25'/></Cube></Cube>
                </gesmes:Envelope>
                """
            ], ECBRates.parse)
        hold(
            "Frankfurter's",
            [#"{"amount": 1.0, "base": "EUR", "date": "2026-11-27", "rates": {"USD": 1.0876, "JPY": 164.25}}"#],
            FrankfurterRates.parse)
        hold(
            "Frankfurter's second version",
            [#"[{"date": "2026-11-27", "base": "EUR", "quote": "USD", "rate": 1.0876}]"#],
            FrankfurterV2Rates.parse)
        hold(
            "Open Exchange Rates'",
            [#"{"timestamp": 1795694400, "base": "USD", "rates": {"EUR": 0.9194, "BTC": 0.0000123}}"#],
            OpenExchangeRates.parse)
    }

    @Test(
        "a rate of more digits than 64 bits hold is refused",
        arguments: ["9999999999999999999", "9.99e40", "1e127", "9990000000000000000"])
    func longRates(number: String) {
        let document = #"{"amount": 1.0, "base": "EUR", "date": "2026-11-27", "rates": {"USD": \#(number)}}"#
        #expect(throws: RateFailure.self) { try FrankfurterRates.parse(Array(document.utf8)) }
    }

    @Test(
        "a document of rates that is not UTF-8 is refused, wherever in it",
        arguments: ["\u{1}=\"1\"", "\u{1}", "b=\"\u{1}\"", "\u{1}:b=\"1\""])
    func notUTF8(attribute: String) {
        let document = Array("<a \(attribute)/>".utf8).map { $0 == 1 ? 0xC3 : $0 }
        #expect(throws: RateFailure.self) { try ECBRates.parse(document) }
    }

    @Test("addresses and senders in settings")
    func settings() {
        property("an address", Gen<String>.text(near: ["https://api.stripe.com", "http://127.0.0.1:9090/x"])) { text in
            if let base = try? BaseURL(text, setting: "x") {
                try demand(["http", "https"].contains(base.scheme) && !base.host.isEmpty, base.text)
            }
        }
        property("a sender", Gen<String>.text(near: ["The Shop <orders@shop.example>", "orders@shop.example"])) {
            text in
            if let sender = try? EmailSender(text) { try demand(HeaderText.isSafe(sender.name ?? ""), text) }
        }
    }

    @Test("amounts of the provider are ours or nobody's", arguments: ["USD", "JPY", "KWD", "ISK", "UGX"])
    func amounts(code: String) throws {
        let currency = try #require(Currency(code))
        property("\(code) there and back", Gen<Int64>.int64()) { units in
            guard let money = StripeAmount.money(units, currency) else { return }
            try demand(money.amount >= 0, "\(money)")
            if let back = StripeAmount.units(of: money) { try demandEqual(back, units) }
        }
    }
}
