import Domain
import Foundation
import PropertySupport
import Testing

@Suite("Values of the shop are read from any text without harm, and what is taken is in bounds")
struct ParserProperties {
    @Test("rates of any number of digits, of which one too many once ended the worker")
    func rates() {
        for text in ["9999999999999999999", "999999999999999999", "9990000000000000000000", "1.0000000000000000001"] {
            #expect(ExchangeRate(text) == nil || text.count == 18)
        }
        property(
            "a rate is above zero and reads back",
            Gen<String>.text(near: ["1.0876", "0.000000000001", "999999999999999999"])
        ) {
            text in
            guard let rate = ExchangeRate(text) else { return }
            try demandEqual(ExchangeRate(rate.description), rate)
            try demand(!rate.description.hasPrefix("-") && rate != ExchangeRate("0"), "\(rate) is not above zero")
        }
    }

    @Test("margins, days and addresses are read within their bounds")
    func texts() {
        property("a margin is from 0 to 20 per cent", Gen<String>.text(near: ["2", "2.5", "2.75", "20", "0"])) { text in
            guard let margin = RateMargin(percent: text) else { return }
            try demand(RateMargin.range.contains(margin.rawValue), "\(margin)")
        }
        property("a day is one of the calendar", Gen<String>.text(near: ["2026-11-30", "0001-01-01", "9999-12-31"])) {
            text in
            guard let day = CalendarDay(text) else { return }
            try demandEqual(day.description, text)
        }
        property("an address has two sides", Gen<String>.text(near: ["ann@home.example", "a.b+c@x-y.example"])) {
            text in
            guard let address = EmailAddress(rawValue: text) else { return }
            try demand(address.rawValue.utf8.count <= 254 && address.rawValue.contains("@"), address.rawValue)
            _ = address.description
        }
        property("the text of an id", Gen<String>.text(near: ["0192f0c1-2b3c-7d4e-8f50-112233445566"])) { text in
            guard let id = Order.ID(text) else { return }
            try demandEqual(id.description, text.lowercased())
        }
    }

    @Test("any second of 64 bits has a day of the years 1 to 9999, and is a time only in those from 1970")
    func seconds() {
        property("the day of a second", Gen<Int64>.int64()) { seconds in
            let day = CalendarDay(secondsSince1970: seconds)
            try demand(
                (1...9999).contains(day.year) && (1...12).contains(day.month) && (1...31).contains(day.day), "\(day)")
            let time = Date(unixSeconds: seconds)
            try demandEqual(time != nil, (0...253_402_300_799).contains(seconds))
            if let time { try demandEqual(time.unixSeconds, seconds) }
        }
        for time in [
            Date.distantPast, .distantFuture, Date(timeIntervalSince1970: 1e300),
            Date(timeIntervalSince1970: -.infinity),
        ] {
            var generator = SeededGenerator(seed: 1)
            _ = Order.ID(at: time, using: &generator)
            _ = CalendarDay(secondsSince1970: time.unixSeconds)
        }
    }

    @Test("amounts of any size are compared with ours, by reconciliation and by refunds")
    func amounts() throws {
        let amounts = all(Gen<Int64>.int64(), Gen<Int64>.int64(), Gen<Int64>.int64())
        let reconciliation = Reconciliation(shop: "shop", now: Date(timeIntervalSince1970: 2e9))
        property("a finding about any amounts", amounts) { amount, received, refunded in
            let intent = PaymentIntent(
                id: .init(rawValue: "pi_1"), status: .succeeded, amount: Money(amount, .usd), orderID: Order.ID(),
                createdAt: Date(timeIntervalSince1970: 1e9), amountReceived: Money(received, .usd),
                paymentID: Payment.ID(), shop: "shop")
            _ = reconciliation.finding(intent, stored: nil, named: nil, refunded: Money(refunded, .usd))
        }
        property("a sum of refunds fits or is refused", amounts) { captured, first, second in
            let refunds = [
                (amount: Money(first, .usd), status: RefundStatus.succeeded),
                (amount: Money(second, .usd), status: .pending),
            ]
            _ = try? RefundSum(captured: Money(captured, .usd), refunds: refunds)
        }
    }
}
