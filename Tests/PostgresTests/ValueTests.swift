import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite("Values come back as they were sent", .database())
struct ValueTests {
    private let pool: PostgresPool

    init() throws { pool = try TestDatabase.current.pool }

    /// Sends a value, has the server cast it to `type`, and reads it back.
    private func roundTrip<Value: PostgresEncodable & PostgresDecodable & Equatable>(
        _ value: Value, _ type: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let back: Value = try await pool.query("SELECT \(value)::\(raw: type) AS value")[0]["value"]
        #expect(back == value, sourceLocation: sourceLocation)
    }

    @Test("numbers, to the ends of their ranges")
    func numbers() async throws {
        for value in [Int64.min, -1, 0, 1, Int64.max] { try await roundTrip(value, "bigint") }
        for value in [Int32.min, Int32.max] { try await roundTrip(value, "integer") }
        for value in [Int16.min, Int16.max] { try await roundTrip(value, "smallint") }
        for value in [0.1, -1e300, .leastNonzeroMagnitude, .infinity, Double.greatestFiniteMagnitude] {
            try await roundTrip(value, "float8")
        }
        for text in ["0", "-1.10", "12345678901234567890.123456789012345678", "0.00000000000000000001"] {
            try await roundTrip(try #require(Decimal(string: text)), "numeric")
        }
    }

    @Test("texts, bytes, flags, identifiers")
    func texts() async throws {
        for text in ["", "plain", "Grüße, 世界 👋🏽", "quote \" ' \\ { } , NULL", "line\nbreak\ttab"] {
            try await roundTrip(text, "text")
        }
        for bytes in [[], [0], Array(0...255)] as [[UInt8]] {
            try await roundTrip(bytes, "bytea")
            try await roundTrip(Data(bytes), "bytea")
        }
        try await roundTrip(true, "boolean")
        try await roundTrip(false, "boolean")
        try await roundTrip(UUID(), "uuid")
        let json: String = try await pool.query("SELECT \("{\"a\": [1, null]}")::jsonb AS value")[0]["value"]
        #expect(json == #"{"a": [1, null]}"#)
    }

    @Test(
        "time stamps keep their microseconds, before 1970 and far away too",
        arguments: [
            "2026-05-04 03:02:01.123456", "1969-12-31 23:59:59.999999", "2000-02-29 00:00:00", "1900-03-01 12:00:00.5",
            "0001-01-01 00:00:00",
            "9999-12-31 23:59:59.999999", "1582-10-10 01:02:03",
        ])
    func timestamps(text: String) async throws {
        // The server's own arithmetic is the judge: seconds since 1970.
        let row = try await pool.query(
            "SELECT \(text + "+00")::timestamptz AS time, extract(epoch FROM \(text + "+00")::timestamptz) AS epoch")[0]
        let (time, epoch): (Date, Decimal) = (try row["time"], try row["epoch"])
        #expect(abs(time.timeIntervalSince1970 - (epoch as NSDecimalNumber).doubleValue) < 0.000_05)
        let back: Bool = try await pool.query("SELECT \(time)::timestamptz = \(text + "+00")::timestamptz AS same")[0][
            "same"]
        // A Date is a Double: a microsecond is kept within about 140 years of 2001, some tens of microseconds in the
        // year 1.
        if time.timeIntervalSinceReferenceDate.magnitude < 4e9 { #expect(back) }
    }

    @Test("a time stamp before Christ is sent as one")
    func beforeChrist() async throws {
        let date = Date(timeIntervalSince1970: -62_200_000_000)
        let epoch: Double = try await pool.query("SELECT extract(epoch FROM \(date)::timestamptz)::float8 AS epoch")[0][
            "epoch"]
        #expect(epoch == -62_200_000_000)
        let back: Date = try await pool.query("SELECT \(date)::timestamptz AS time")[0]["time"]
        #expect(back == date)
    }

    @Test("arrays, also empty, of odd texts, and with NULL in them")
    func arrays() async throws {
        try await roundTrip([1, 2, 3], "bigint[]")
        try await roundTrip([] as [Int], "bigint[]")
        try await roundTrip(["", "a,b", "\"", "\\", "{}", "NULL", "null", " spaces "], "text[]")
        try await roundTrip([1, nil, 3] as [Int?], "integer[]")
        try await roundTrip([nil, "NULL"] as [String?], "text[]")
        try await roundTrip([UUID(), UUID()], "uuid[]")
        try await roundTrip([Date(timeIntervalSince1970: 1_700_000_000.25)], "timestamptz[]")
        try await roundTrip([[1, 2], [], [255]] as [[UInt8]], "bytea[]")
        try await roundTrip([true, false], "boolean[]")
    }

    @Test("NULL is nil for an optional and an error for anything else")
    func null() async throws {
        try await roundTrip(nil as Int?, "integer")
        let row = try await pool.query("SELECT NULL::integer AS nothing")[0]
        let error = try await postgresError { () throws -> Int in try row["nothing"] }
        #expect(error?.code == .decoding)
        #expect(error?.column == "nothing")
    }

    @Test("what does not fit is refused, never bent")
    func misfits() async throws {
        let row = try await pool.query(
            """
            SELECT 70000 AS large, 'x' AS text, 1.5 AS fraction, repeat('9', 39)::numeric AS long,
                   '{{1},{2}}'::int[] AS deep
            """
        )[0]
        #expect(throws: PostgresError.self) { let _: Int16 = try row["large"] }
        #expect(throws: PostgresError.self) { let _: Int = try row["text"] }
        #expect(throws: PostgresError.self) { let _: Int = try row["fraction"] }
        #expect(throws: PostgresError.self) { let _: Decimal = try row["long"] }
        #expect(throws: PostgresError.self) { let _: [Int] = try row["deep"] }
        #expect(throws: PostgresError.self) { let _: Int = try row["absent"] }
        #expect(throws: PostgresError.self) { let _: Int = try row[5] }
    }

    @Test("a text with a NUL is refused before anything is sent, and the transaction goes on")
    func nul() async throws {
        let value = try await pool.transaction { tx -> Int in
            try tx.execute("CREATE TEMP TABLE nul_test (a text) ON COMMIT DROP")
            #expect(throws: PostgresError.self) { try tx.execute("INSERT INTO nul_test VALUES (\("a\0b"))") }
            try tx.execute("INSERT INTO nul_test VALUES (\("ab"))")
            return try tx.query("SELECT count(*) FROM nul_test")[0][0]
        }
        #expect(value == 1)
    }

    @Test("values are parameters, whatever they look like; identifiers are quoted")
    func injection() async throws {
        let evil = "'); DROP TABLE x; --\""
        let sql: SQL = "SELECT \(evil)::text AS \(identifier: evil)"
        #expect(sql.text == #"SELECT $1::text AS "'); DROP TABLE x; --""""#)
        let row = try await pool.query(sql)[0]
        #expect(row.columns == [evil])
        let back: String = try row[0]
        #expect(back == evil)
    }

    enum Color: String, PostgresEncodable, PostgresDecodable { case red, green }

    @Test("a type with a raw value needs only the conformance")
    func rawValues() async throws {
        try await roundTrip(Color.green, "text")
        try await roundTrip([Color.red, .green], "text[]")
        let row = try await pool.query("SELECT 'blue' AS colour")[0]
        #expect(throws: PostgresError.self) { let _: Color = try row["colour"] }
    }
}
