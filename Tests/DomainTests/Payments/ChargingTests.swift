import Domain
import Testing

@Suite("Amounts come in steps that can be charged")
struct ChargingTests {
    @Test(
        "the step of a currency",
        arguments: [
            ("USD", 1), ("EUR", 1), ("JPY", 1), ("KRW", 1), ("ISK", 1), ("UGX", 1), ("HUF", 1), ("TWD", 1), ("KWD", 10),
            ("BHD", 10),
            ("JOD", 10), ("OMR", 10), ("TND", 10), ("IQD", 10), ("LYD", 10), ("MGA", 100),
        ])
    func step(_ code: String, _ step: Int64) throws {
        #expect(try #require(Currency(code)).chargeableStep == step)
    }

    @Test("what is between two steps is rounded half up, and what overflows is refused")
    func rounding() throws {
        let dinar = try #require(Currency("KWD"))
        let roundings: [(Int64, Int64)] = [
            (12_345, 12_350), (12_344, 12_340), (12_340, 12_340), (4, 0), (5, 10), (-5, -10), (0, 0),
        ]
        for (amount, rounded) in roundings {
            let money = Money(amount, dinar)
            #expect(try money.roundedToChargeable() == Money(rounded, dinar))
            #expect(money.isChargeable == (amount == rounded))
        }
        #expect(throws: MoneyError.overflow) { try Money(.max, dinar).roundedToChargeable() }
        #expect(try Money(.max, .usd).roundedToChargeable() == Money(.max, .usd))
    }

    @Test("a line is rounded once: one piece at 12.345 dinars is 12.350, two are 24.690")
    func line() throws {
        let dinar = try #require(Currency("KWD"))
        let one = try LinePrice(Money(12_345, dinar), times: .one)
        #expect(one.unit.amount == 12_350 && one.total.amount == 12_350)
        let two = try LinePrice(Money(12_345, dinar), times: try Quantity(2))
        #expect(two.unit.amount == 12_350 && two.total.amount == 24_690)
    }
}
