import Foundation
import Testing

@testable import JSON

/// A payload with everything that payloads use.
private struct Everything: Codable, Equatable {
    enum Color: String, Codable { case red, green }
    enum Shape: Codable, Equatable {
        case dot
        case circle(radius: Double)
        case pair(Int, String?)
    }
    struct Inner: Codable, Equatable {
        var name: String
        var tags: [String]
    }
    class Base: Codable {
        var base = 1
    }
    var text = "ä€😀 \"quoted\" \\ / \n\t\u{01}"
    var empty = ""
    var yes = true
    var small: Int8 = -128
    var large = Int64.max
    var unsigned = UInt64.max
    var single: Float = 0.1
    var double = -1.25e-300
    var whole = 3.0
    var missing: String?
    var present: Int? = 7
    var id = UUID(uuidString: "7D444840-9DC0-11D1-B245-5FFDCE74FAD2")
    var date = Date(timeIntervalSince1970: 1_790_000_000)
    var data = Data([0, 255, 10])
    var url = URL(string: "https://shop.example/a?b=c%20d")
    var price = Decimal(string: "12345678901234567890.123456789")
    var colours: [Color] = [.red, .green]
    var shapes: [Shape] = [.dot, .circle(radius: 2.5), .pair(1, nil)]
    var inner = Inner(name: "in", tags: ["a", ""])
    var nested: [[Inner]] = [[], [Inner(name: "x", tags: [])]]
    var byName: [String: Int] = ["one": 1, "two words": 2]
    var byNumber: [Int: Color] = [3: .green]
    var optionals: [Int?] = [1, nil, 3]
}

@Suite("A payload is read as it was written, and as Foundation would read and write it")
struct JSONCoderTests {
    private var foundation: (encoder: JSONEncoder, decoder: JSONDecoder) {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return (encoder, decoder)
    }

    @Test("every value survives being written and read")
    func everythingSurvives() throws {
        let value = Everything()
        let bytes = try JSONCoder.encode(value)
        #expect(try JSONCoder.decode(Everything.self, from: bytes[...]) == value)
        // Jobs that other programs or earlier versions wrote.
        #expect(try foundation.decoder.decode(Everything.self, from: Data(bytes)) == value)
        #expect(
            try JSONCoder.decode(Everything.self, from: ArraySlice(foundation.encoder.encode(value))) == value)
    }

    @Test("white space, as PostgreSQL's jsonb shows it, and unknown members do not matter")
    func spaceAndStrangers() throws {
        let text = " { \"tags\" : [ \"a\" ,\n\t\"b\" ] , \"strange\": {\"x\": [1, {}]}, \"name\": \"n\" } \r\n"
        #expect(
            try JSONCoder.decode(Everything.Inner.self, from: Array(text.utf8)[...])
                == .init(name: "n", tags: ["a", "b"]))
    }

    @Test(
        "escapes are written as Foundation writes them",
        arguments: [
            (#""\u00e4\u20AC\ud83d\ude00""#, "ä€😀"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{08}\u{0C}\n\r\t"),
            (#""\u0000""#, "\0"), (#""""#, ""),
        ])
    func escapes(json: String, text: String) throws {
        #expect(try JSONCoder.decode(String.self, from: Array(json.utf8)[...]) == text)
    }

    @Test(
        "what is no JSON is refused",
        arguments: [
            "", " ", "{", "}", "[1,]", "[1 2]", "{\"a\":}", "{\"a\" 1}", "{a:1}", "{\"a\":1,}", "01", "1.", ".5", "-",
            "+1", "1e", "tru",
            "nul",
            "\"a", "\"\\x\"", "\"\\u12g4\"", "\"\n\"", "1 1", "[1]]", "NaN", "'a'", String(repeating: "[", count: 200),
        ])
    func malformed(json: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONTape(Array(json.utf8)[...], limits: .trusted) }
    }

    @Test(
        "text that is not Unicode is refused, never mended",
        arguments: [#""\ud83d""#, #""\ud83dx""#, #""\ude00""#, #""\ud83d\u0041""#])
    func loneSurrogates(json: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONCoder.decode(String.self, from: json) }
        #expect(throws: DecodingError.self) { try JSONCoder.decode(String.self, from: [0x22, 0xC3, 0x22]) }
    }

    @Test("a number that does not fit is refused, never cut")
    func numbersThatDoNotFit() throws {
        func decode<Value: Decodable>(_ type: Value.Type, _ json: String) throws -> Value {
            try JSONCoder.decode(type, from: Array(json.utf8)[...])
        }
        #expect(try decode(Int.self, "1e3") == 1000)
        #expect(try decode(Int.self, "-0") == 0)
        #expect(try decode(Int64.self, "-9223372036854775808") == .min)
        #expect(try decode(UInt64.self, "18446744073709551615") == .max)
        for (json, type) in [
            ("128", Int8.self as any Decodable.Type), ("-1", UInt.self), ("1.5", Int.self),
            ("18446744073709551616", UInt64.self),
        ] {
            #expect(throws: DecodingError.self) { try decode(type, json) }
        }
        #expect(throws: DecodingError.self) { try decode(Double.self, "1e999") }
        #expect(throws: EncodingError.self) { try JSONCoder.encode([Double.nan]) }
    }

    @Test("an error says where")
    func places() throws {
        let error = #expect(throws: DecodingError.self) {
            try JSONCoder.decode(
                [Everything.Inner].self, from: Array(#"[{"name":"a","tags":["b",1]}]"#.utf8)[...])
        }
        guard case .typeMismatch(_, let context) = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(context.codingPath.map(\.stringValue) == ["0", "tags", "1"])
    }

    @Test("documents for scripts: snake case, dictionaries and documents as they are, times to the millisecond")
    func stylesForScripts() throws {
        struct Thing: Encodable {
            let createdAt = Date(timeIntervalSince1970: 0.25)
            let apiURLPath = "/"
            let perQueue = ["firstQueue": 3.0]
            let payload = JSONValue.object(["orderID": .number("2.50")])
        }
        let style = JSONStyle(sortsMembers: true, isIndented: true, namesInSnakeCase: true, showsMilliseconds: true)
        #expect(
            try JSONCoder.text(Thing(), style) == """
                {
                  "api_url_path": "/",
                  "created_at": "1970-01-01T00:00:00.250Z",
                  "payload": {
                    "orderID": 2.50
                  },
                  "per_queue": {
                    "firstQueue": 3
                  }
                }
                """)
        #expect(try JSONCoder.text(["b": [Int](), "a": []], .canonical) == #"{"a":[],"b":[]}"#)
    }

    @Test("times with and without a fraction are read")
    func times() throws {
        let whole = try JSONCoder.decode(Date.self, from: #""2026-01-31T12:00:00Z""#)
        let split = try JSONCoder.decode(Date.self, from: #""2026-01-31T12:00:00.250Z""#)
        #expect(whole.timeIntervalSince1970 == 1_769_860_800 && split.timeIntervalSince1970 == 1_769_860_800.25)
    }
}
