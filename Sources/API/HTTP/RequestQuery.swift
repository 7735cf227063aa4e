import Domain
import Hummingbird
import Storage

/// Reads query parameters as strictly as ``RequestFields`` reads bodies: errors are collected, unknown names are
/// errors, and each parameter is given at most once.
///
/// Names and values are written as forms write them: percent-encoded UTF-8, with `+` for a space.
struct RequestQuery {
    private var values: [String: [String]] = [:]
    private var asked: Set<String> = []
    private(set) var errors: [FieldError] = []
    private var isCursorInvalid = false

    init(_ request: Request) {
        self.init(request.head.path ?? "")
    }

    /// - Parameter target: path and query.
    init(_ target: String) {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return }
        for pair in target.utf8[mark...].dropFirst().split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decode(parts[0], plusIsSpace: true),
                let value = PercentEncoding.decode(parts.count == 2 ? parts[1] : "".utf8[...], plusIsSpace: true)
            else {
                let name =
                    PercentEncoding.decode(parts[0], plusIsSpace: true) ?? String(decoding: parts[0], as: UTF8.self)
                note(name.shortened(to: 64), .invalidFormat, "This is not encoded properly.")
                continue
            }
            values[name, default: []].append(value)
        }
    }

    /// Notes an error which the caller found.
    mutating func note(_ name: String, _ code: FieldError.Code, _ message: String) {
        errors.append(FieldError(field: name, code: code, message: message))
    }

    /// A parameter given at most once, or nil.
    mutating func text(_ name: String, maximum: Int = 200) -> String? {
        asked.insert(name)
        guard let all = values[name], let first = all.first else { return nil }
        if all.count > 1 {
            note(name, .notAllowed, "Give this parameter once.")
        } else if first.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            note(name, .invalidCharacter, "Control characters are not allowed.")
        } else if first.storedLength > maximum {
            note(name, .tooLong, "At most \(maximum) characters are allowed.")
        } else if !first.isEmpty {
            return first
        }
        return nil
    }

    /// A parameter of a form that `parse` knows.
    mutating func parsed<Value>(_ name: String, _ expectation: String, _ parse: (String) -> Value?) -> Value? {
        if let text = text(name) {
            if let value = parse(text) { return value }
            note(name, .invalidFormat, expectation)
        } else if values[name] == [""] {
            // An empty search finds everything; an empty currency is a mistake.
            note(name, .invalidFormat, expectation)
        }
        return nil
    }

    /// `true` or `false`.
    mutating func flag(_ name: String) -> Bool? {
        parsed(name, "Expected true or false.") { ["true": true, "false": false][$0] }
    }

    /// The size of a page, 1…100.
    mutating func limit(default standard: Int = 20) -> Int {
        guard values["limit"] != nil else { return standard }
        if let limit = text("limit").flatMap({ Int($0) }), (1...100).contains(limit) { return limit }
        if !errors.contains(where: { $0.field == "limit" }) {
            note("limit", .outOfRange, "Expected a whole number from 1 to 100.")
        }
        return standard
    }

    /// What a page before gave out, nil at the start. Which list it is of is for the list to say.
    mutating func cursor() -> String? {
        asked.insert("cursor")
        guard let all = values["cursor"], let first = all.first else { return nil }
        if all.count > 1 { note("cursor", .notAllowed, "Give this parameter once.") }
        return first
    }

    /// The same where its form can be told at once.
    mutating func cursor<Cursor>(_ parse: (String) -> Cursor?) -> Cursor? {
        guard let text = cursor() else { return nil }
        if let cursor = parse(text) { return cursor }
        isCursorInvalid = true
        return nil
    }

    /// Throws the 422 that names everything wrong with the query, parameters the route did not ask about included.
    func finish() throws(Problem) {
        let unknown = Set(values.keys).subtracting(asked).sorted().map {
            FieldError(field: $0.shortened(to: 64), code: .unknownField, message: "This parameter is not known here.")
        }
        let others = errors + unknown
        if isCursorInvalid { throw others.isEmpty ? .invalidCursor : .invalid(others + Problem.invalidCursor.errors) }
        if !others.isEmpty { throw .invalid(others) }
    }
}

/// Readers for parameters that several routes share.
extension RequestQuery {
    /// `?currency=`.
    mutating func currency() -> Currency? {
        parsed("currency", "Expected a currency code of ISO 4217, such as USD.") { Currency($0) }
    }

    /// `?limit=&cursor=`.
    mutating func page() -> PageRequest {
        let limit = limit()
        return PageRequest(limit: limit, cursor: cursor())
    }
}

/// `%41` in addresses (RFC 3986, 2.1).
enum PercentEncoding {
    /// The text that was encoded, nil when an escape is malformed or the bytes are no UTF-8.
    ///
    /// - Parameter plusIsSpace: in queries, `+` is a space, as forms write it.
    static func decode(_ text: some Sequence<UInt8>, plusIsSpace: Bool) -> String? {
        var bytes: [UInt8] = []
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(0x20)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
