import Domain
import Testing

@Suite("Exchange rates are exact decimals")
struct ExchangeRateTests {
    @Test("text in, the same text out", arguments: ["1.0876", "0.000000000001", "149", "999999.999999999999", "0.5"])
    func roundTrip(_ text: String) throws {
        #expect(try #require(ExchangeRate(text)).description == text)
    }

    @Test("equal rates are equal however they are written")
    func normalised() throws {
        #expect(ExchangeRate("1.50") == ExchangeRate("1.5"))
        #expect(ExchangeRate("2.000") == ExchangeRate("2"))
    }

    @Test(
        "what is no positive decimal is refused",
        arguments: [
            "", "0", "0.0", "-1", "+1", "1e3", ".5", "5.", "1,5", "NaN", "1.2.3", "0.0000000000001",
            "1000000000000000000", " 1",
        ])
    func refused(_ text: String) {
        #expect(ExchangeRate(text) == nil)
    }

    @Test("converting takes both currencies' decimals into account and rounds half up")
    func converting() throws {
        let yen = try #require(ExchangeRate("150"))
        #expect(try yen.convert(Money(1000, .usd), to: .jpy) == Money(1500, .jpy))
        let half = try #require(ExchangeRate("0.5"))
        #expect(try half.convert(Money(1, .usd), to: .eur) == Money(1, .eur))
        #expect(try half.convert(Money(3, .usd), to: .eur) == Money(2, .eur))
        #expect(try half.convert(Money(-3, .usd), to: .eur) == Money(-2, .eur))
        #expect(try half.convert(Money(5, .usd), to: .eur) == Money(3, .eur))
        let less = try #require(ExchangeRate("0.499999999999"))
        #expect(try less.convert(Money(1, .usd), to: .eur) == Money(0, .eur))
        #expect(throws: MoneyError.overflow) { try yen.convert(Money(.max, .jpy), to: .usd) }
    }

    @Test("a line is rounded once: 3 × 0.335 is 1.01, not 3 × 0.34")
    func lines() throws {
        let rate = try #require(ExchangeRate("0.335"))
        let line = try LinePrice(Money(100, .usd), times: Quantity(3), at: rate, in: .eur)
        #expect(line == LinePrice(unit: Money(34, .eur), total: Money(101, .eur)))
        #expect(
            try LinePrice(Money(100, .usd), times: .one, at: rate, in: .eur)
                == LinePrice(unit: Money(34, .eur), total: Money(34, .eur)))
        #expect(throws: MoneyError.overflow) {
            try LinePrice(Money(.max / 2, .usd), times: Quantity(3), at: rate, in: .eur)
        }
    }

    @Test(
        "a margin is put on top of the rate",
        arguments: [
            ("1.0876", "2.5", "1.11479"), ("150", "0", "150"), ("0.000000000001", "20", "0.000000000001"),
            ("0.000000000005", "10", "0.000000000006"), ("999999999999999999", "20", nil),
            ("999999.999999999999", "20", "1200000"),
            ("123456.123456789012", "0", "123456.123456789012"),
        ] as [(String, String, String?)])
    func margins(_ rate: String, _ percent: String, _ raised: String?) throws {
        let margin = try #require(RateMargin(percent: percent))
        #expect(try #require(ExchangeRate(rate)).raised(by: margin)?.description == raised)
    }

    @Test(
        "margins are per cent with up to two decimals",
        arguments: [("0", 0), ("2.5", 250), ("2.05", 205), ("20.00", 2000), ("0.01", 1)])
    func readMargin(_ text: String, _ value: Int) throws {
        let margin = try #require(RateMargin(percent: text))
        #expect(margin.rawValue == value)
        #expect(RateMargin(percent: margin.description) == margin)
    }

    @Test(
        "what is no such margin is refused",
        arguments: ["", "20.01", "-1", "+1", "1.", ".5", "2.555", "1,5", "1e1", "100", "1.2.3", " 1"])
    func refusedMargin(_ text: String) {
        #expect(RateMargin(percent: text) == nil)
    }

    @Test("a set leads from any of its currencies to any other")
    func crossRates() throws {
        let day = try #require(CalendarDay("2026-11-20"))
        let set = RateSet(
            source: "ecb", base: .eur, date: day,
            rates: [
                .usd: try #require(ExchangeRate("1.25")), .gbp: try #require(ExchangeRate("0.8")),
                .eur: try #require(ExchangeRate("7")),
            ])
        #expect(set.rates[.eur] == nil)
        #expect(set.rate(from: .eur, to: .usd)?.description == "1.25")
        #expect(set.rate(from: .usd, to: .eur)?.description == "0.8")
        #expect(set.rate(from: .usd, to: .gbp)?.description == "0.64")
        #expect(set.rate(from: .gbp, to: .gbp) == .one)
        #expect(set.rate(from: .usd, to: .jpy) == nil)
    }

    @Test("a move is measured against the older rate")
    func jumps() throws {
        let day = try #require(CalendarDay("2026-11-20"))
        func set(_ rate: String) throws -> RateSet {
            RateSet(source: "ecb", base: .eur, date: day, rates: [.usd: try #require(ExchangeRate(rate))])
        }
        #expect(try set("1.2").jumps(from: set("1"), moreThanPercent: 20) == [])
        #expect(try set("1.2000001").jumps(from: set("1"), moreThanPercent: 20) == [.usd])
        #expect(try set("0.79").jumps(from: set("1"), moreThanPercent: 20) == [.usd])
        #expect(try set("0.8").jumps(from: set("1"), moreThanPercent: 20) == [])
    }

    @Test("days are counted over months, leap years and centuries")
    func daysBetween() throws {
        let start = try #require(CalendarDay("1999-12-31"))
        for (text, days) in [
            ("1999-12-31", 0), ("2000-01-01", 1), ("2000-03-01", 61), ("2026-11-24", 9_825), ("1999-03-01", -305),
        ] {
            #expect(try #require(CalendarDay(text)).days(since: start) == days)
        }
        for number in stride(from: Int64(-719_000), to: 800_000, by: 97) {
            let day = CalendarDay(secondsSince1970: number * 86_400)
            let next = CalendarDay(secondsSince1970: (number + 97) * 86_400)
            #expect(next.days(since: day) == 97)
        }
    }

    @Test(
        "days that do not exist are refused",
        arguments: ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-01", "26-01-01", "2026/01/01", "2100-02-29"])
    func days(_ text: String) {
        #expect(CalendarDay(text) == nil)
    }

    @Test(
        "days of the calendar from seconds",
        arguments: [(0, "1970-01-01"), (951_782_400, "2000-02-29"), (-1, "1969-12-31"), (1_763_596_800, "2025-11-20")])
    func secondsToDay(_ seconds: Int64, _ text: String) {
        #expect(CalendarDay(secondsSince1970: seconds).description == text)
    }
}
