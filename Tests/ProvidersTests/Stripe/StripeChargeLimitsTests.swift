import Domain
import Foundation
import TestSupport
import Testing

@testable import Stripe

@Suite("The table of what the provider charges agrees with how it counts", .timeLimit(.minutes(1)))
struct StripeChargeLimitsTests {
    @Test(
        "published bounds",
        arguments: [
            ("USD", 50, 99_999_999), ("EUR", 50, 99_999_999), ("GBP", 30, 99_999_999), ("JPY", 50, 99_999_999),
            ("KRW", 50, 99_999_999),
            ("HUF", 17_500, 99_999_999), ("CZK", 1500, 99_999_999), ("THB", 1000, 99_999_999),
            ("IDR", 50, 999_999_999_999),
            ("INR", 50, 999_999_999), ("KWD", 10, 99_999_990), ("ISK", 1, 999_999), ("UGX", 1, 999_999),
            ("MGA", 100, 9_999_999_900),
            ("IQD", 10, 999_999_990),
        ])
    func published(_ code: String, _ minimum: Int64, _ maximum: Int64) throws {
        let bounds = StripeChargeLimits.table.bounds(in: try currency(code))
        #expect(bounds.minimum.amount == minimum)
        #expect(bounds.maximum.amount == maximum)
    }

    @Test(
        "what the provider does not charge at all is known, too",
        arguments: [("USD", true), ("KWD", true), ("IQD", false), ("KPW", false)])
    func supported(_ code: String, _ isSupported: Bool) throws {
        let currency = try currency(code)
        #expect(StripeChargeLimits.table.supports(currency) == isSupported)
        var violation: ChargeLimits.Violation?
        do { try StripeChargeLimits.table.check(Money(10_000, currency)) } catch { violation = error }
        #expect(violation == (isSupported ? nil : .unsupported(currency)))
    }

    @Test("every bound is in steps that can be charged", arguments: Currency.all)
    func steps(_ currency: Currency) {
        let bounds = StripeChargeLimits.table.bounds(in: currency)
        #expect(bounds.minimum.isChargeable && bounds.maximum.isChargeable)
        #expect(bounds.minimum.amount < bounds.maximum.amount)
    }

    @Test("what is in steps the provider can count, and nothing else")
    func counted() async throws {
        let answer = #"{"id": "pi_1", "status": "requires_confirmation", "amount": 1, "currency": "usd"}"#
        let server = try server(200, answer)
        try await withClient { client in
            let payments = try StripePayments(
                client: client, apiKey: "sk_test_abcdefgh", baseURL: server.url, logger: quiet)
            for currency in Currency.all {
                for amount: Int64 in [currency.chargeableStep * 7, currency.chargeableStep * 7 + 1] {
                    let request = PaymentIntentRequest(
                        orderID: Order.ID(), orderNumber: 1, amount: Money(amount, currency),
                        key: try #require(.creation(ofPayment: Payment.ID(), number: 1)))
                    var isCounted = true
                    do {
                        _ = try await payments.create(request)
                    } catch PaymentFailure.invalidRequest(_, code: "amount_not_chargeable") {
                        isCounted = false
                    } catch {}
                    #expect(isCounted == Money(amount, currency).isChargeable, "\(amount) \(currency)")
                }
            }
        }
    }
}
