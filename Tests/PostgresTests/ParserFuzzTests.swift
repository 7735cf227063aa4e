import Foundation
import PropertySupport
import Testing

@testable import Postgres

@Suite("Whatever stands in DATABASE_URL or in an answer of PostgreSQL, the process lives", .timeLimit(.minutes(10)))
struct PostgresParserTests {
    private static func cell(_ bytes: [UInt8]) -> PostgresCell {
        PostgresCell(bytes: bytes[...], column: "x", typeOID: 25)
    }

    @Test("no URL is read with a fault")
    func urls() {
        let samples = [
            "postgres://shop:hunter2@127.0.0.1:5432/shop?sslmode=disable",
            "postgresql:///shop?host=/run/postgresql&port=5433",
        ]
        property("a URL", Gen<String>.text(near: samples)) { text in
            if let configuration = try? PostgresConfiguration(url: text) { _ = configuration.connectionSettings }
        }
    }

    @Test(
        "the last time that PostgreSQL knows, and others that Date has no microseconds for",
        arguments: [
            "294276-12-31 23:59:59.999999+00", "4714-11-24 00:00:00+00 BC",
            "999999999-999999999-999999999 999999999:999999999:999999999.999999+00",
            "999999999-01-01 00:00:00+00 BC", "infinity", "-infinity",
        ])
    func times(text: String) throws {
        let time = try Date.decode(Self.cell(Array(text.utf8)))
        _ = time.postgresParameter
    }

    @Test("times: any date can be sent, and what is read can be sent back")
    func dates() {
        property(
            "a time stamp",
            Gen<[UInt8]>.bytes(near: ["2026-05-04 03:02:01.123456+00", "0044-03-15 12:00:00+00 BC", "infinity"])
        ) {
            bytes in
            if let time = try? Date.decode(Self.cell(bytes)) { _ = time.postgresParameter }
        }
        property("a date", Gen<Int64>.int64()) { seconds in
            for scale in [1, 1e-6, 1e6, 1e300] {
                _ = Date(timeIntervalSince1970: Double(seconds) * scale).postgresParameter
            }
        }
        for odd in [Double.nan, .infinity, -.infinity] {
            _ = Date(timeIntervalSinceReferenceDate: odd).postgresParameter
        }
    }

    @Test("numbers, arrays, bytes, identifiers")
    func values() {
        property("whole numbers", Gen<String>.number) { text in
            let cell = Self.cell(Array(text.utf8))
            if let value = try? Int16.decode(cell) { try demandEqual(Int(text), Int(value)) }
            if let value = try? Int32.decode(cell) { try demandEqual(Int(text), Int(value)) }
            if let value = try? Int64.decode(cell) { try demandEqual(Int64(text), value) }
            _ = try? Decimal.decode(cell)
            _ = try? Double.decode(cell)
        }
        let samples = [
            "{1,2,NULL}", #"{"a","b\"c",NULL}"#, "{}", #"\x00ff"#, "0192f0c1-2b3c-7d4e-8f50-112233445566", "t",
        ]
        property("other values", Gen<[UInt8]>.bytes(near: samples)) { bytes in
            let cell = Self.cell(bytes)
            _ = try? [Int64].decode(cell)
            _ = try? [String?].decode(cell)
            _ = try? [UInt8].decode(cell)
            _ = try? UUID.decode(cell)
            _ = try? Bool.decode(cell)
        }
    }
}
