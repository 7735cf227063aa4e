import Domain
import Testing

@Suite("Amounts the provider does not charge are known without asking it")
struct ChargeLimitsTests {
    private static let limits = ChargeLimits(minimums: [Money(50, .usd)], maximums: [Money(99_999_999, .usd)])

    private func violation(_ amount: Money, _ conversion: (from: Currency, rate: ExchangeRate)? = nil) -> ChargeLimits
        .Violation?
    {
        do {
            try Self.limits.check(amount, conversion: conversion)
            return nil
        } catch {
            return error
        }
    }

    @Test("the bounds belong to what can be charged")
    func bounds() {
        let bounds = Self.limits.bounds(in: .usd)
        #expect(violation(Money(49, .usd)) == .tooSmall(bounds))
        #expect(violation(Money(50, .usd)) == nil)
        #expect(violation(Money(99_999_999, .usd)) == nil)
        #expect(violation(Money(100_000_000, .usd)) == .tooLarge(bounds))
        #expect(violation(Money(.max, .usd)) == .tooLarge(bounds))
        #expect(violation(Money(-1, .usd)) == .tooSmall(bounds))
    }

    @Test("where there is no minimum, one step is the least, or what the minimum elsewhere is worth")
    func converted() throws {
        let dinar = try #require(Currency("KWD"))
        #expect(violation(Money(10, dinar)) == nil)
        #expect(violation(Money(0, dinar)) == .tooSmall(Self.limits.bounds(in: dinar)))
        let rate = try #require(ExchangeRate("0.30745"))
        let least = Self.limits.bounds(in: dinar, conversion: (.usd, rate)).minimum
        #expect(least == Money(150, dinar))
        #expect(violation(Money(140, dinar), (.usd, rate)) != nil)
        #expect(violation(Money(150, dinar), (.usd, rate)) == nil)
        // Its own minimum comes first.
        #expect(Self.limits.bounds(in: .usd, conversion: (.eur, rate)).minimum == Money(50, .usd))
    }

    @Test("without limits whatever fits is charged", arguments: Currency.all)
    func none(_ currency: Currency) {
        let bounds = ChargeLimits.none.bounds(in: currency)
        #expect(bounds.minimum.isChargeable && bounds.maximum.isChargeable)
        #expect(bounds.minimum.amount == currency.chargeableStep && bounds.maximum.amount > Int64.max - 100)
    }
}
