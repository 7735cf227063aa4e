import Domain
import Foundation
import HTTPTypes
import JSON
import Postgres
import Storage
import TestSupport
import Testing

@testable import API

/// One after the other: a shop has one set of rates in use.
@Suite(
    "Customers see what they can pay in, operators decide about rates that jump", .serialized,
    .database(migrations: try Shop.migrations()))
struct RateRoutesTests {
    private static let today = CalendarDay(secondsSince1970: Int64(Date().timeIntervalSince1970))
    private static let yesterday = CalendarDay(secondsSince1970: Int64(Date().timeIntervalSince1970) - 86_400)

    private func set(_ date: CalendarDay, jpy: String) throws -> RateSet {
        let rates = [("USD", "1.25"), ("JPY", jpy)].map { (Currency($0.0), ExchangeRate($0.1)) }
        return RateSet(
            source: "ecb", base: .eur, date: date,
            rates: Dictionary(uniqueKeysWithValues: try rates.map { (try #require($0.0), try #require($0.1)) }))
    }

    private func codes(_ answer: Answer) -> [JSONValue?] {
        guard case .array(let items)? = answer["items"] else { return [] }
        return items.map { if case .object(let item) = $0 { item["code"] } else { nil } }
    }

    @Test("currencies and rates are shown")
    func showsCurrenciesAndRates() async throws {
        try await Shop.open { shop in
            try await shop.database.execute("DELETE FROM rate_sets")
            #expect(try await shop.send(.get, "/rates").problem == "not_found")
            let none = try await shop.send(.get, "/currencies")
            #expect(codes(none) == [.string("USD")] && none["rates"] == .null && none["default"] == .string("USD"))

            #expect(try await shop.services.rates.swapIn(set(Self.yesterday, jpy: "187.5")) == .swapped)
            let rates = try await shop.send(.get, "/rates")
            #expect(rates.status == 200 && rates["base"] == .string("EUR") && rates["source"] == .string("ecb"))
            #expect(rates["rates", "JPY"] == .string("187.5") && rates["margin_percent"] == .string("0"))
            #expect(rates["date"] == .string("\(Self.yesterday)") && rates["usable"] == .bool(true))
            let tag = try #require(rates.headers[.eTag])
            #expect(try await shop.send(.get, "/rates", headers: [.ifNoneMatch: tag]).status == 304)
            let all = try await shop.send(.get, "/currencies")
            #expect(codes(all) == [.string("EUR"), .string("JPY"), .string("USD")])
            #expect(all["items", "1", "exponent"] == .integer(0) && all["items", "1", "converted"] == .bool(true))
            #expect(all["items", "2", "converted"] == .bool(false) && all["rates", "source"] == .string("ecb"))

            try await shop.database.execute("UPDATE rate_sets SET date = date - 30")
            #expect(try await shop.send(.get, "/rates")["usable"] == .bool(false))
            #expect(codes(try await shop.send(.get, "/currencies")) == [.string("USD")])
        }
    }

    @Test("an operator decides about held rate sets, on record")
    func decidesAboutHeldSetsOnRecord() async throws {
        try await Shop.open { shop in
            try await shop.database.execute("DELETE FROM rate_sets")
            let op = try await shop.register(role: .operator).accessToken
            #expect(try await shop.services.rates.swapIn(set(Self.yesterday, jpy: "187.5")) == .swapped)
            let (wrong, right) = (try set(Self.today, jpy: "18.75"), try set(Self.today, jpy: "250"))
            #expect(try await shop.services.rates.swapIn(wrong) == .held([.jpy]))
            let list = try await shop.send(.get, "/admin/rates", token: op)
            #expect(list["items", "0", "status"] == .string("current") && list["items", "0", "moves"] == .array([]))
            #expect(
                list["items", "1", "id"] == .string("\(wrong.id)") && list["items", "1", "status"] == .string("held"))
            #expect(
                list["items", "1", "moves", "0"]
                    == .object([
                        "currency": .string("JPY"), "base": .string("EUR"), "old": .string("187.5"),
                        "new": .string("18.75"),
                    ]))

            #expect(try await shop.send(.post, "/admin/rates/\(wrong.id)/reject", token: op).status == 204)
            #expect(try await shop.send(.post, "/admin/rates/\(wrong.id)/reject", token: op).problem == "not_found")
            #expect(try await shop.send(.get, "/rates")["rates", "JPY"] == .string("187.5"))
            #expect(try await shop.services.rates.swapIn(right) == .held([.jpy]))
            #expect(try await shop.send(.post, "/admin/rates/\(right.id)/approve", token: op).status == 204)
            #expect(try await shop.send(.get, "/rates")["rates", "JPY"] == .string("250"))
            #expect(try await shop.send(.post, "/admin/rates/none/approve", token: op).problem == "not_found")
            let log = try await shop.database.query(
                "SELECT action, subject_id FROM audit_log WHERE subject_kind = 'rate_set' ORDER BY id")
            #expect(try log.map { try $0["action"] as String } == ["rates.rejected", "rates.approved"])
            #expect(try log.map { try $0["subject_id"] as String } == ["\(wrong.id)", "\(right.id)"])
        }
    }

    @Test("an older rate set is not approved over a newer one")
    func doesNotGoBackToAnOlderSet() async throws {
        try await Shop.open { shop in
            try await shop.database.execute("DELETE FROM rate_sets")
            let op = try await shop.register(role: .operator).accessToken
            #expect(try await shop.services.rates.swapIn(set(Self.today, jpy: "187.5")) == .swapped)
            #expect(try await shop.services.rates.swapIn(set(Self.today, jpy: "250")) == .held([.jpy]))
            let held = try #require(try await shop.services.rates.held().first)
            try await shop.database.execute("UPDATE rate_sets SET date = date - 1 WHERE id = \(held.set.id)")
            #expect(
                try await shop.send(.post, "/admin/rates/\(held.set.id)/approve", token: op).problem == "rates_outdated"
            )
        }
    }
}
