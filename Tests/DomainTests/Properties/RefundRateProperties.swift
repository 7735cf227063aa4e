import Domain
import Foundation
import PropertySupport
import Testing

@Suite("Refunds are worth what the order was priced at")
struct RefundRateProperties {
    private struct Case {
        var rate: ExchangeRate
        var currency: Currency
        var refunds: [Refund]
    }

    private static func refund(_ amount: Int64, _ currency: Currency, _ status: RefundStatus) -> Refund {
        Refund(
            id: .init(), orderID: .init(), paymentID: .init(), amount: Money(amount, currency),
            reason: .requestedByCustomer,
            status: status,
            providerID: nil, failureReason: nil, restock: false, createdAt: Date(), settledAt: nil)
    }

    private static func applied(_ rate: ExchangeRate) -> AppliedRate {
        AppliedRate(
            setID: .init(), base: .usd, value: rate, margin: .zero, date: CalendarDay(secondsSince1970: 0),
            source: "ecb")
    }

    private static let cases = all(
        Gen<ExchangeRate>.rate, Gen<Currency>.currency,
        both(Gen<Int64>.int64(1...10_000_000), Gen<RefundStatus>.one(of: RefundStatus.allCases)).list(1...8)
    ).map { rate, currency, refunds in
        Case(rate: rate, currency: currency, refunds: refunds.map { refund($0, currency, $1) })
    }

    @Test("parts of a whole come to exactly what the whole comes to")
    func parts() {
        property(
            "parts of a whole come to exactly what the whole comes to, each within a minor unit of its own", Self.cases
        ) { one in
            let rate = Self.applied(one.rate)
            guard let amounts = try? rate.baseAmounts(of: one.refunds) else { return }
            let live = one.refunds.filter(\.status.isLive)
            try demandEqual(Set(amounts.keys), Set(live.map(\.id)))
            let whole = live.reduce(Int64(0)) { $0 + $1.amount.amount }
            let sum = amounts.values.reduce(Int64(0)) { $0 + $1.amount }
            try demandEqual(sum, rate.value.revert(Money(whole, one.currency), to: .usd).amount)
            for refund in live {
                let alone = try rate.value.revert(refund.amount, to: .usd).amount
                try demand(
                    abs(alone - (amounts[refund.id]?.amount ?? .min / 2)) <= 1,
                    "\(alone) alone, \(amounts[refund.id] as Money?) as a part")
            }
        }
    }

    @Test("a converted amount comes back as near as its currency can say")
    func revert() {
        property(
            "an amount that was converted comes back as near as its currency can say",
            both(Gen<Money>.price, Gen<ExchangeRate>.rate)
        ) {
            price, rate in
            guard let there = try? rate.convert(price, to: .jpy),
                let back = try? rate.revert(there, to: price.currency),
                let unit = try? rate.revert(Money(1, .jpy), to: price.currency)
            else { return }
            // Half a unit was rounded away there, half a minor unit on the way back.
            try demand(
                (back.amount - price.amount).magnitude <= (unit.amount.magnitude + 1) / 2 + 1,
                "\(price) became \(there) and \(back)")
        }
    }
}
