import ArgumentParser
import Bootstrap
import Domain
import Foundation
import PropertySupport
import Testing

@testable import CLI

@Suite("Whatever an operator types, the command lives, and what it takes is in bounds", .timeLimit(.minutes(10)))
struct ArgumentFuzzTests {
    private static let now = Date(timeIntervalSince1970: 1_772_373_909)

    @Test(
        "a time longer ago than anything is the beginning of time",
        arguments: ["99999999999h", "1e300d", "1e308d", "9223372036854775807s"])
    func longAgo(text: String) throws {
        let time = try JobArguments.since(text, now: Self.now)
        #expect(time == Date(timeIntervalSince1970: 0))
        #expect(TimeText.stamp(time).hasPrefix("1970-01-01"))
    }

    @Test("times, amounts, orders, limits")
    func arguments() {
        let times = ["90s", "1.5h", "7d", "2026-03-01", "2026-03-01T14:05:09.5Z", "294277-01-01T00:00:00Z"]
        property("a time", Gen<String>.text(near: times)) { text in
            guard let time = try? JobArguments.since(text, now: Self.now) else { return }
            try demand((0...253_402_300_800).contains(time.timeIntervalSince1970), "\(time.timeIntervalSince1970)")
            _ = (TimeText.stamp(time), TimeText.moment(time), TimeText.age(time, at: Self.now))
        }
        for currency in ["USD", "JPY", "KWD"].compactMap({ Currency($0) }) {
            property("an amount in \(currency)", Gen<String>.text(near: ["12.50", "0.5", "12", "9223372036854775807"]))
            { text in
                guard let money = try? AmountText.money(text, currency) else { return }
                try demand(money.amount > 0, "\(money)")
            }
        }
        property("an order", Gen<String>.text(near: ["#100042", "100042", "7d444840-9dc0-11d1-b245-5ffdce74fad2"])) {
            text in
            if case .number(let number) = OrderReference(text) { try demand(number > 0, text) }
        }
        property("a limit", Gen<String>.number) { text in
            _ = QueueLimit<Int>(argument: text)
            _ = QueueLimit<Double>(argument: text)
        }
    }

    @Test(
        "clocks and lengths of time of any size have words",
        arguments: [0, -1, 1e18, -1e18, 1e300, .infinity, -.infinity, .nan] as [Double])
    func words(seconds: Double) {
        _ = Diagnostic.clock("x", ahead: seconds, of: "PostgreSQL's")
        _ = TimeText.span(seconds: seconds)
        _ = TimeText.brief(.seconds(Int64.max) + .seconds(Int64.max))
    }
}
