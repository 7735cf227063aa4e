import Testing

@testable import API

@Suite("JSON is read by the letter")
struct JSONParserTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONParser.parse(Array(text.utf8)) }

    private func reason(_ bytes: [UInt8]) -> JSONSyntaxError.Reason? {
        do {
            _ = try JSONParser.parse(bytes)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test func readsEveryKindOfValue() throws {
        let text = #" {"a": [1, -0, 2.5, 1e3, true, false, null], "b": "x\n\u00e9\ud83d\ude00/\/", "": {}} "#
        #expect(
            try parse(text)
                == .object([
                    "a": .array([.integer(1), .integer(0), .number("2.5"), .number("1e3"), .boolean(true), .boolean(false), .null]),
                    "b": .string("x\né😀//"), "": .object([:]),
                ]))
    }

    @Test func keepsWholeNumbersExactly() throws {
        #expect(try parse("9223372036854775807") == .integer(.max))
        #expect(try parse("-9223372036854775808") == .integer(.min))
        #expect(try parse("9223372036854775808") == .number("9223372036854775808"))
    }

    @Test(arguments: [
        ("", JSONSyntaxError.Reason.empty), ("  \n", .empty), ("{", .unexpectedEnd), (#"{"a""#, .unexpectedEnd),
        ("[1,]", .unexpectedCharacter),
        (#"{"a":1,}"#, .unexpectedCharacter), ("{a:1}", .unexpectedCharacter), ("NaN", .unexpectedCharacter),
        ("Infinity", .unexpectedCharacter),
        ("-Infinity", .invalidNumber), ("01", .invalidNumber), ("-", .invalidNumber), ("1.", .invalidNumber), (".5", .unexpectedCharacter),
        ("1e", .invalidNumber), ("+1", .unexpectedCharacter), ("0x10", .trailingData), ("{} {}", .trailingData), ("1 2", .trailingData),
        (#"{"a":1,"a":2}"#, .duplicateKey), (#"{"a":1,"\u0061":2}"#, .duplicateKey), ("\"\u{0001}\"", .controlCharacter),
        (#""\x""#, .invalidEscape),
        (#""\ud800""#, .invalidEscape), (#""\ud800\u0041""#, .invalidEscape), (#""\udc00""#, .invalidEscape), (#""\u12""#, .unexpectedEnd),
        (#""\u12zz""#, .invalidEscape), ("tru", .unexpectedEnd), ("trux", .unexpectedCharacter), ("'a'", .unexpectedCharacter),
        ("// c\n1", .unexpectedCharacter),
        ("\u{FEFF}{}", .unexpectedCharacter),
    ])
    func refuses(text: String, because expected: JSONSyntaxError.Reason) {
        #expect(reason(Array(text.utf8)) == expected)
    }

    @Test func refusesInvalidUTF8() {
        #expect(reason([0x22, 0xFF, 0x22]) == .invalidUTF8)
        #expect(reason([0x22, 0xC0, 0x80, 0x22]) == .invalidUTF8)
        #expect(reason([0x22, 0xED, 0xA0, 0x80, 0x22]) == .invalidUTF8)
    }

    @Test func nestsToTheLimitAndNoDeeper() throws {
        let open = String(repeating: "[", count: 32)
        let close = String(repeating: "]", count: 32)
        _ = try parse(open + close)
        #expect(reason(Array((open + "[" + "]" + close).utf8)) == .tooDeep)
        #expect(reason(Array(repeating: UInt8(ascii: "["), count: 1_000_000)) == .tooDeep)
    }
}
