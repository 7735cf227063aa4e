import Foundation
import PropertySupport
import Testing

@testable import JSON

@Suite("Whatever a text holds, it is read as JSON or refused, within bounds", .timeLimit(.minutes(10)))
struct JSONFuzzTests {
    private static let samples = [
        #"{"items": [{"id": "0192f0c1", "quantity": 2}], "amount": {"amount": 1250, "currency": "USD"}, "ok": true}"#,
        #"{"a": [-0.5e+3, "\u0041\ud83d\ude00", null, true, {"b": {}}], "": "é\n"}"#,
        #"[1.0, 10e-1, 9223372036854775807]"#,
        #"[{"timestamp": 1764000000, "reason": "550 no <a@b.example>"}]"#,
    ]

    /// Any document, and how it may be written.
    private static func text(depth: Int, _ choices: inout Choices) -> String {
        func space() -> String { ["", "", " ", "\n", "\t "][Int(choices.next(upTo: 4))] }
        func string() -> String {
            let pieces = [
                "a", "ä", "😀", "\\n", "\\\"", "\\\\", "\\u00e9", "\\ud83d\\ude00", " ", "{", "]", "\u{7F}", "\\/",
            ]
            return "\"" + (0..<choices.next(upTo: 6)).map { _ in pieces[Int(choices.next(upTo: 12))] }.joined() + "\""
        }
        let before = space()
        switch choices.next(upTo: depth > 0 ? 6 : 4) {
        case 0: return before + "null" + space()
        case 1: return before + (choices.next(upTo: 1) == 0 ? "true" : "false")
        case 2: return before + "\(Gen<Int64>.int64().make(&choices))"
        case 3: return before + "\(Double(Gen<Int64>.int64(-(1 << 52)...(1 << 52)).make(&choices)) / 1024)" + space()
        case 4: return before + string()
        case 5:
            let elements = (0..<choices.next(upTo: 4)).map { _ in text(depth: depth - 1, &choices) }
            return before + "[" + elements.joined(separator: ",") + space() + "]"
        default:
            let members = (0..<choices.next(upTo: 4)).map {
                space() + "\"k\($0)\"" + space() + ":" + text(depth: depth - 1, &choices)
            }
            return before + "{" + members.joined(separator: ",") + space() + "}"
        }
    }

    /// Containers around the innermost value.
    private static func depth(_ value: JSONValue) -> Int {
        switch value {
        case .array(let elements): 1 + (elements.map(depth).max() ?? 0)
        case .object(let members): 1 + (members.values.map(depth).max() ?? 0)
        default: 0
        }
    }

    @Test("a document is read as Foundation reads it, through the value and through Codable alike")
    func asFoundation() {
        property("any document", Gen<String> { Self.text(depth: 4, &$0) }) { text in
            let ours = try JSONValue(parsing: text)
            try demandEqual(try JSONCoder.decode(JSONValue.self, from: text), ours)
            let theirs = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
            try demandEqual(Self.rounded(ours), Self.rounded(theirs), text)
            // Written by us, by either way, and read by either reader.
            try demandEqual(try JSONValue(parsing: ours.text), ours)
            try demandEqual(try JSONValue(parsing: try JSONCoder.encode(ours, .canonical)), ours)
            let again = try JSONDecoder().decode(JSONValue.self, from: Data(ours.text.utf8))
            try demandEqual(Self.rounded(again), Self.rounded(theirs))
        }
    }

    /// Numbers as their nearest `Double`, which is what Foundation makes of them.
    private static func rounded(_ value: JSONValue) -> JSONValue {
        switch value {
        case .number(let text): Double(text).map { .number("\($0)") } ?? value
        case .integer(let number): .number("\(Double(number))")
        case .array(let elements): .array(elements.map(rounded))
        case .object(let members): .object(members.map { ($0.name, rounded($0.value)) })
        default: value
        }
    }

    /// Whether each number is one that a `Double` can be near.
    private static func isInRange(_ value: JSONValue) -> Bool {
        switch value {
        case .number(let text): Double(text)?.isFinite ?? false
        case .array(let elements): elements.allSatisfy(isInRange)
        case .object(let members): members.values.allSatisfy(isInRange)
        default: true
        }
    }

    @Test("what is taken is within the limits, reads the same again, and is taken by Foundation too")
    func hostile() {
        property("a document with something wrong in it", count: 10_000, Gen<[UInt8]>.bytes(near: Self.samples)) {
            bytes in
            guard let value = try? JSONValue(parsing: bytes) else { return }
            try demand(Self.depth(value) <= JSONLimits.request.depth, "too deep")
            try demandEqual(try JSONValue(parsing: value.text), value)
            try demandEqual(try JSONCoder.decode(JSONValue.self, from: bytes), value)
            // Foundation keeps numbers as `Double`, and refuses those beyond its range.
            if Self.isInRange(value) {
                _ = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            }
        }
    }

    @Test("any bytes at all")
    func noise() {
        let byte = Gen<Int>.int(0...255).map { UInt8($0) }
        property("bytes", byte.list(0...64)) { bytes in
            if let value = try? JSONValue(parsing: bytes, limits: .trusted) {
                try demandEqual(try JSONValue(parsing: value.text, limits: .trusted), value)
            }
            _ = try? JSONCoder.decode([String: [Int8]].self, from: bytes)
        }
    }

    @Test("a text that is longer than allowed is refused before it is read")
    func tooLong() {
        var limits = JSONLimits.request
        limits.bytes = 16
        #expect(throws: JSONSyntaxError(reason: .tooLong, offset: 0)) {
            try JSONValue(parsing: Array(repeating: UInt8(ascii: " "), count: 17), limits: limits)
        }
        #expect(throws: JSONSyntaxError(reason: .tooLong, offset: 0)) {
            try JSONCoder.decode(Int.self, from: Array(repeating: UInt8(ascii: "1"), count: 17)[...], limits: limits)
        }
        #expect(throws: JSONSyntaxError.self) {
            try JSONCoder.decode(JSONValue.self, from: String(repeating: "[", count: 129))
        }
    }
}
