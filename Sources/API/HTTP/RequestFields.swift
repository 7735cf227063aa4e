import Domain
import JSON

/// Takes a request body apart field by field and collects everything that is wrong with it, so that one answer names
/// all of it.
///
/// Every reader returns nil after it noted an error. ``isComplete`` and ``rejection`` come last: they also count the
/// fields the route did not ask for, because a field the shop does not know is a mistake or an attempt at mass
/// assignment.
struct RequestFields {
    private let members: JSONObject
    private let path: String
    private var asked: Set<String> = []
    private(set) var errors: [FieldError] = []

    /// - Parameter path: prefix for field names, for objects inside others: `shipping_address`.
    init(_ value: JSONValue, path: String = "") throws(Problem) {
        guard case .object(let members) = value else {
            throw .invalid(path, .wrongType, "Expected an object, got \(value.kind).")
        }
        self.members = members
        self.path = path.isEmpty ? "" : path + "."
    }

    /// No error so far and no field left over.
    var isComplete: Bool { errors.isEmpty && unknown.isEmpty }

    /// The 422 that names every error.
    var rejection: Problem { .invalid(errors + unknown) }

    /// Throws the 422 unless everything is in order: for bodies that hold nothing else.
    func finish() throws(Problem) { if !isComplete { throw rejection } }

    private var unknown: [FieldError] {
        Set(members.names).subtracting(asked).sorted().map {
            FieldError(
                field: path + $0.shortened(to: 64), code: .unknownField, message: "This field is not known here.")
        }
    }

    /// Notes an error which the caller found.
    mutating func note(_ field: String, _ code: FieldError.Code, _ message: String) {
        errors.append(FieldError(field: path + field, code: code, message: message))
    }

    /// Takes over the errors of an object or array inside this one. Their paths are complete already.
    mutating func note(_ inner: [FieldError]) { errors.append(contentsOf: inner) }

    /// The raw value of a field that must be there.
    mutating func value(_ field: String) -> JSONValue? {
        asked.insert(field)
        if let value = members[field] { return value }
        note(field, .required, "This field is required.")
        return nil
    }

    /// Whether the field was sent at all. `null` counts as sent.
    mutating func has(_ field: String) -> Bool {
        asked.insert(field)
        return members[field] != nil
    }

    /// A text of so many characters, free of control characters and of what looks like the number of a payment card.
    mutating func text(_ field: String, _ length: ClosedRange<Int>) -> String? {
        guard let text = string(field) else { return nil }
        if text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            note(field, .invalidCharacter, "Control characters are not allowed.")
            return nil
        }
        if CardNumber.occurs(in: text, .lenient) {
            note(field, .notAllowed, Self.cardNumberRefused)
            return nil
        }
        let count = text.storedLength
        if count < length.lowerBound {
            note(field, .tooShort, "At least \(length.lowerBound) characters are needed.")
            return nil
        }
        if count > length.upperBound {
            note(field, .tooLong, "At most \(length.upperBound) characters are allowed.")
            return nil
        }
        return text
    }

    /// What is said to customers who write the number of a card; the number is not repeated.
    static let cardNumberRefused =
        "This looks like the number of a payment card, which must not be sent here. Name a payment method of "
        + "the provider."

    /// Any string that can be stored.
    mutating func string(_ field: String) -> String? {
        guard let value = value(field) else { return nil }
        guard case .string(let text) = value else {
            note(field, .wrongType, "Expected a string, got \(value.kind).")
            return nil
        }
        guard !text.utf8.contains(0) else {
            note(field, .invalidCharacter, "The character U+0000 is not allowed.")
            return nil
        }
        return text
    }

    /// A whole number within the range.
    mutating func integer(_ field: String, _ range: ClosedRange<Int64>) -> Int64? {
        guard let value = value(field) else { return nil }
        switch value {
        case .integer(let number) where range.contains(number):
            return number
        case .integer:
            note(field, .outOfRange, "Expected a whole number from \(range.lowerBound) to \(range.upperBound).")
        // What is whole and beyond 64 bits.
        case .number(let text) where Double(text).map({ $0.magnitude >= 0x1p63 }) ?? false:
            note(field, .outOfRange, "Expected a whole number from \(range.lowerBound) to \(range.upperBound).")
        case .number:
            note(field, .notAnInteger, "Expected a whole number.")
        default:
            note(field, .wrongType, "Expected a whole number, got \(value.kind).")
        }
        return nil
    }

    /// A value made from a string by `parse`, which returns nil for a string of the wrong form.
    mutating func parsed<Value>(_ field: String, _ expectation: String, _ parse: (String) -> Value?) -> Value? {
        guard let text = string(field) else { return nil }
        if let value = parse(text) { return value }
        note(field, .invalidFormat, expectation)
        return nil
    }
}

extension String {
    /// How long PostgreSQL finds the text (`char_length`): it counts code points, where Swift counts what people see as
    /// one letter, which may be made of any number of them.
    var storedLength: Int { unicodeScalars.count }

    /// At most so many code points, with a sign that something was left out.
    func shortened(to length: Int) -> String {
        guard storedLength > length else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.prefix(length))) + "…"
    }
}
