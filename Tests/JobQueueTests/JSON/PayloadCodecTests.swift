import Foundation
import Testing

@testable import JobQueue

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
struct PayloadCodecTests {
    private var foundation: (encoder: JSONEncoder, decoder: JSONDecoder) {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return (encoder, decoder)
    }

    @Test func everythingSurvives() throws {
        let value = Everything()
        let bytes = try JSONPayloadEncoder.encode(value)
        #expect(try JSONPayloadDecoder.decode(Everything.self, from: bytes[...]) == value)
        // Jobs that other programs or earlier versions wrote.
        #expect(try foundation.decoder.decode(Everything.self, from: Data(bytes)) == value)
        #expect(
            try JSONPayloadDecoder.decode(Everything.self, from: ArraySlice(foundation.encoder.encode(value))) == value)
    }

    @Test("white space, as PostgreSQL's jsonb shows it, and unknown members do not matter")
    func spaceAndStrangers() throws {
        let text = " { \"tags\" : [ \"a\" ,\n\t\"b\" ] , \"strange\": {\"x\": [1, {}]}, \"name\": \"n\" } \r\n"
        #expect(
            try JSONPayloadDecoder.decode(Everything.Inner.self, from: Array(text.utf8)[...])
                == .init(name: "n", tags: ["a", "b"]))
    }

    @Test(arguments: [
        (#""\u00e4\u20AC\ud83d\ude00""#, "ä€😀"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{08}\u{0C}\n\r\t"),
        (#""\u0000""#, "\0"), (#""""#, ""),
    ])
    func escapes(json: String, text: String) throws {
        #expect(try JSONPayloadDecoder.decode(String.self, from: Array(json.utf8)[...]) == text)
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
        #expect(throws: JSONTapeError.self) { try JSONTape(Array(json.utf8)[...]) }
    }

    @Test(
        "text that is not Unicode is refused, never mended",
        arguments: [#""\ud83d""#, #""\ud83dx""#, #""\ude00""#, #""\ud83d\u0041""#])
    func loneSurrogates(json: String) {
        #expect(throws: DecodingError.self) { try JSONPayloadDecoder.decode(String.self, from: Array(json.utf8)[...]) }
        #expect(throws: DecodingError.self) { try JSONPayloadDecoder.decode(String.self, from: [0x22, 0xC3, 0x22]) }
    }

    @Test("a number that does not fit is refused, never cut")
    func numbersThatDoNotFit() throws {
        func decode<Value: Decodable>(_ type: Value.Type, _ json: String) throws -> Value {
            try JSONPayloadDecoder.decode(type, from: Array(json.utf8)[...])
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
        #expect(throws: EncodingError.self) { try JSONPayloadEncoder.encode([Double.nan]) }
    }

    @Test("an error says where")
    func places() throws {
        let error = #expect(throws: DecodingError.self) {
            try JSONPayloadDecoder.decode(
                [Everything.Inner].self, from: Array(#"[{"name":"a","tags":["b",1]}]"#.utf8)[...])
        }
        guard case .typeMismatch(_, let context) = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(context.codingPath.map(\.stringValue) == ["0", "tags", "1"])
    }

    @Test("thousands of random texts are read as Foundation reads them, or refused as it refuses them")
    func randomTexts() throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<5000 {
            let text = RandomJSON.text(depth: 4, using: &random)
            let ours = try JSONPayloadDecoder.decode(RandomJSON.self, from: Array(text.utf8)[...])
            let theirs = try foundation.decoder.decode(RandomJSON.self, from: Data(text.utf8))
            #expect(ours == theirs, "\(text)")
            #expect(try JSONPayloadDecoder.decode(RandomJSON.self, from: JSONPayloadEncoder.encode(ours)[...]) == ours)
            // One byte changed: what we accept, Foundation accepts too. (It also takes a comma before a closing bracket, and of two members with
            // one name the first, where we, like jsonb, take the last.)
            var broken = Array(text.utf8)
            broken[Int.random(in: 0..<broken.count, using: &random)] =
                "{}[]\",:0-e\\tx ".utf8.randomElement(using: &random) ?? 0
            if (try? JSONPayloadDecoder.decode(RandomJSON.self, from: broken[...])) != nil {
                _ = try foundation.decoder.decode(RandomJSON.self, from: Data(broken))
            }
        }
    }
}
