import Testing

@testable import JSON

@Suite("JSON is read by the letter")
struct JSONValueTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: text) }

    private func reason(_ bytes: [UInt8]) -> JSONSyntaxError.Reason? {
        do {
            _ = try JSONValue(parsing: bytes)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test("every kind of value is read")
    func readsEveryKindOfValue() throws {
        let text = #" {"a": [1, -0, 2.5, 1e3, true, false, null], "b": "x\n\u00e9\ud83d\ude00/\/", "": {}} "#
        #expect(
            try parse(text)
                == .object([
                    "a": .array([
                        .integer(1), .integer(0), .number("2.5"), .integer(1000), .bool(true), .bool(false),
                        .null,
                    ]),
                    "b": .string("x\né😀//"), "": .object([:]),
                ]))
    }

    @Test("whole numbers are kept exactly")
    func keepsWholeNumbersExactly() throws {
        #expect(try parse("9223372036854775807") == .integer(.max))
        #expect(try parse("-9223372036854775808") == .integer(.min))
        #expect(try parse("9223372036854775808") == .number("9223372036854775808"))
    }

    @Test(
        "a number is a number, however it is written",
        arguments: [
            ("1.0", 1), ("1.000", 1), ("-1.0", -1), ("0.0", 0), ("-0.0", 0), ("0e0", 0), ("0e999", 0),
            ("0.0e-999", 0),
            ("1e0", 1), ("1E+2", 100), ("1e-0", 1), ("120e-1", 12), ("0.5e1", 5), ("1.5e1", 15), ("0.001e3", 1),
            ("100e-2", 1),
            ("999.0", 999),
            ("9223372036854775807.0", .max), ("-9223372036854775808.0", .min), ("9.223372036854775807e18", .max),
            ("1e18", 1_000_000_000_000_000_000),
            ("1000000000000000000000e-21", 1),
        ] as [(String, Int64)])
    func readsWholeNumbers(_ text: String, _ expected: Int64) throws {
        #expect(try parse(text) == .integer(expected))
    }

    @Test(
        "what is not whole, or too large, stays as it was written",
        arguments: [
            "1.5", "0.1", "1e-1", "1.05e1", "9223372036854775808.0", "-9223372036854775809.0", "1e19", "9.3e18", "1e99",

            "123456789012345678901234567890", "0.00000000000000000000000000001",
        ])
    func keepsOtherNumbers(_ text: String) throws {
        #expect(try parse(text) == .number(text))
    }

    @Test("the longest numbers are read")
    func readsTheLongestNumbers() throws {
        let zeros = String(repeating: "0", count: 390)
        #expect(try parse("1.\(zeros)") == .integer(1))
        #expect(try parse("0.\(zeros)1") == .number("0.\(zeros)1"))
        #expect(try parse("1\(zeros)e-390") == .integer(1))
        #expect(try parse("1e999") == .number("1e999") && parse("1e-999") == .number("1e-999"))
    }

    @Test(
        "malformed JSON is refused",
        arguments: [
            ("", JSONSyntaxError.Reason.empty), ("  \n", .empty), ("{", .unexpectedEnd), (#"{"a""#, .unexpectedEnd),
            ("[1,]", .unexpectedCharacter),
            (#"{"a":1,}"#, .unexpectedCharacter), ("{a:1}", .unexpectedCharacter), ("NaN", .unexpectedCharacter),
            ("Infinity", .unexpectedCharacter),
            ("-Infinity", .invalidNumber), ("01", .invalidNumber), ("-", .invalidNumber), ("1.", .invalidNumber),
            (".5", .unexpectedCharacter),
            ("1e", .invalidNumber), ("+1", .unexpectedCharacter), ("0x10", .trailingData), ("{} {}", .trailingData),
            ("1 2", .trailingData),
            (#"{"a":1,"a":2}"#, .duplicateKey), (#"{"a":1,"\u0061":2}"#, .duplicateKey),
            ("\"\u{0001}\"", .controlCharacter),
            (#""\x""#, .invalidEscape),
            (#""\ud800""#, .invalidEscape), (#""\ud800\u0041""#, .invalidEscape), (#""\udc00""#, .invalidEscape),
            (#""\u12""#, .unexpectedEnd),
            (#""\u12zz""#, .invalidEscape), ("tru", .unexpectedEnd), ("trux", .unexpectedCharacter),
            ("'a'", .unexpectedCharacter),
            ("// c\n1", .unexpectedCharacter),
            ("\u{FEFF}{}", .unexpectedCharacter),
        ])
    func refuses(text: String, because expected: JSONSyntaxError.Reason) {
        #expect(reason(Array(text.utf8)) == expected)
    }

    @Test("invalid UTF-8 is refused")
    func refusesInvalidUTF8() {
        #expect(reason([0x22, 0xFF, 0x22]) == .invalidUTF8)
        #expect(reason([0x22, 0xC0, 0x80, 0x22]) == .invalidUTF8)
        #expect(reason([0x22, 0xED, 0xA0, 0x80, 0x22]) == .invalidUTF8)
    }

    @Test("costly documents are refused early")
    func refusesCostlyDocuments() throws {
        func object(_ members: Int) -> String { "{" + (0..<members).map { "\"\($0)\":1" }.joined(separator: ",") + "}" }
        _ = try parse(object(1_000))
        #expect(reason(Array(object(1_001).utf8)) == .tooManyMembers)
        #expect(reason(Array(object(100_000).utf8)) == .tooManyMembers)
        func list(_ elements: Int) -> String { "[" + String(repeating: "1,", count: elements - 1) + "1]" }
        _ = try parse(list(99_999))
        #expect(reason(Array(list(100_000).utf8)) == .tooManyValues)
        let name = String(repeating: "\u{301}", count: 512)
        _ = try parse(#"{"\#(name)": 1}"#)
        #expect(reason(Array(#"{"a\#(name)": 1}"#.utf8)) == .nameTooLong)
    }

    @Test("numbers of absurd length or exponent are refused")
    func refusesNumbersThatNobodyMeans() throws {
        _ = try parse("1e999")
        _ = try parse(String(repeating: "9", count: 400))
        for text in ["1e1000", "1e-1000", "1E+0001", "1e999999999999", String(repeating: "9", count: 401)] {
            #expect(reason(Array(text.utf8)) == .numberTooLong)
        }
    }

    @Test("texts around escapes are kept")
    func keepsTextsAroundEscapes() throws {
        #expect(try parse(#""a\n\nb\u0041""#) == .string("a\n\nbA"))
        #expect(try parse(#""\\""#) == .string("\\"))
        #expect(try parse("\"\"") == .string(""))
        #expect(try parse(#""é\"é""#) == .string("é\"é"))
    }

    @Test("values that cannot be stored are found")
    func findsWhatCannotBeStored() throws {
        for text in [#""\u0000""#, #"{"a": [{"b": "x\u0000y"}]}"#, #"{"\u0000": 1}"#] {
            #expect(try parse(text).holdsNUL)
        }
        for text in [#""\\u0000""#, "1", "{}", #"{"a": [null, true, "0"]}"#] { #expect(try !parse(text).holdsNUL) }
    }

    @Test("values nest to the limit and no deeper")
    func nestsToTheLimitAndNoDeeper() throws {
        let open = String(repeating: "[", count: 32)
        let close = String(repeating: "]", count: 32)
        _ = try parse(open + close)
        #expect(reason(Array((open + "[" + "]" + close).utf8)) == .tooDeep)
        #expect(reason(Array(repeating: UInt8(ascii: "["), count: 1_000_000)) == .tooDeep)
    }

    @Test("a payload that is no JSON is shown as text")
    func showsWhatIsNoJSONAsText() {
        #expect(JSONValue(documentOrText: "{broken") == .string("{broken"))
        #expect(JSONValue(documentOrText: #"{"a": 1}"#) == .object(["a": .integer(1)]))
    }

    @Test("members keep their order and compare without it")
    func orderOfMembers() throws {
        let object = try parse(#"{"b": 1, "a": {"d": [], "c": null}}"#)
        #expect(object.text == #"{"b":1,"a":{"d":[],"c":null}}"#)
        #expect(try object == parse(#"{"a": {"c": null, "d": []}, "b": 1.0}"#))
        #expect(try object != parse(#"{"a": {"c": null, "d": []}, "b": 2}"#))
        var members = try #require({ if case .object(let members) = object { members } else { nil } }())
        members["b"] = nil
        members["e"] = .bool(true)
        #expect(members.names == ["a", "e"])
    }
}
