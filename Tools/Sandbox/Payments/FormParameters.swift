/// Typed reading of a form's parameters, refusing what the provider would refuse.
struct FormParameters: Sendable {
    let values: [String: FormValue]

    init(_ values: [String: FormValue] = [:]) {
        self.values = values
    }

    /// A text; an empty one counts as absent, as it unsets a field at the provider.
    func text(_ name: String) throws(StripeError) -> String? {
        guard let value = values[name] else { return nil }
        guard let text = value.text else {
            throw .invalidRequest(code: nil, message: "Invalid string for \(name)", param: name)
        }
        return text.isEmpty ? nil : text
    }

    /// A text that must be there.
    func required(_ name: String) throws(StripeError) -> String {
        guard let text = try text(name) else {
            throw .invalidRequest(code: "parameter_missing", message: "Missing required param: \(name).", param: name)
        }
        return text
    }

    /// A whole number.
    func integer(_ name: String) throws(StripeError) -> Int64? {
        guard let text = try text(name) else { return nil }
        guard let number = Int64(text) else {
            throw .invalidRequest(code: "parameter_invalid_integer", message: "Invalid integer: \(text)", param: name)
        }
        return number
    }

    /// A whole number above zero.
    func positive(_ name: String) throws(StripeError) -> Int64? {
        guard let number = try integer(name) else { return nil }
        guard number > 0 else {
            throw .invalidRequest(
                code: "parameter_invalid_integer", message: "This value must be greater than or equal to 1.",
                param: name)
        }
        return number
    }

    /// `true` or `false`.
    func boolean(_ name: String) throws(StripeError) -> Bool? {
        switch try text(name) {
        case nil: return nil
        case "true": return true
        case "false": return false
        case let other?: throw .invalidRequest(code: nil, message: "Invalid boolean: \(other)", param: name)
        }
    }

    /// One of the values of an enumeration.
    func choice<Choice: RawRepresentable<String>>(_ name: String, of type: Choice.Type) throws(StripeError) -> Choice? {
        guard let text = try text(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw .invalidRequest(code: nil, message: "Invalid \(name): \(text)", param: name)
        }
        return choice
    }

    /// One of a few words.
    func word(_ name: String, of words: [String]) throws(StripeError) -> String? {
        guard let text = try text(name) else { return nil }
        guard words.contains(text) else {
            let list = words.dropLast().joined(separator: ", ") + (words.count > 1 ? ", or " : "") + (words.last ?? "")
            throw .invalidRequest(code: nil, message: "Invalid \(name): must be one of \(list)", param: name)
        }
        return text
    }

    /// Named fields in a parameter, as parameters of their own; nil when it is absent or empty.
    func fields(_ name: String) -> FormParameters? { values[name]?.fields.map(FormParameters.init) }

    /// `metadata[…]`: at most 50 keys of 40 characters with values of 500 (https://docs.stripe.com/api/metadata).
    /// - Parameter current: what there is already; a pair with an empty value is taken out of it, an empty `metadata`
    ///   takes out all.
    func metadata(over current: [String: String] = [:]) throws(StripeError) -> [String: String] {
        guard let value = values["metadata"] else { return current }
        if value.text?.isEmpty == true { return [:] }
        guard let fields = value.fields, fields.count <= 50 else {
            throw .invalidRequest(code: nil, message: "Metadata must be at most 50 key-value pairs.", param: "metadata")
        }
        var metadata = current
        for (key, value) in fields {
            guard let text = value.text, text.count <= 500, key.count <= 40 else {
                throw .invalidRequest(
                    code: nil, message: "Metadata keys have at most 40 characters and values are texts of at most 500.",
                    param: "metadata[\(key)]")
            }
            metadata[key] = text.isEmpty ? nil : text
        }
        guard metadata.count <= 50 else {
            throw .invalidRequest(code: nil, message: "Metadata must be at most 50 key-value pairs.", param: "metadata")
        }
        return metadata
    }
}

/// What a parameter of the provider's may hold.
indirect enum ParameterShape: Sendable {
    /// One value.
    case text
    /// Values in order.
    case list
    /// Names of the caller's own choice, such as metadata.
    case map
    /// These fields, or an empty text that unsets them.
    case fields([String: ParameterShape])
    /// One value, or these fields.
    case textOrFields([String: ParameterShape])
    /// Known to the provider and not looked into here.
    case anything

    static let shipping = ParameterShape.fields([
        "address": .fields(Dictionary(uniqueKeysWithValues: TestMethod.addressFields.map { ($0, .text) })),
        "carrier": .text,
        "name": .text, "phone": .text, "tracking_number": .text,
    ])
}

extension FormParameters {
    /// Refuses what the provider does not know and what is not of the kind it knows, in that order, as the provider
    /// does.
    /// - Throws: `parameter_unknown` with every stranger in its message and the first as `param`; else a refusal of the
    ///   first value that is of another kind.
    func check(_ shapes: [String: ParameterShape]) throws(StripeError) {
        var strangers: [(name: String, hint: String?)] = []
        var misfits: [StripeError] = []
        Self.check(values, shapes, under: nil, &strangers, &misfits)
        if let first = strangers.first {
            let names = strangers.map(\.name).joined(separator: ", ")
            let hint = strangers.count == 1 ? first.hint.map { ". Did you mean \($0)?" } ?? "" : ""
            throw .invalidRequest(
                code: "parameter_unknown",
                message: "Received unknown parameter\(strangers.count == 1 ? "" : "s"): \(names)\(hint)",
                param: first.name)
        }
        if let misfit = misfits.first { throw misfit }
    }

    private static func check(
        _ values: [String: FormValue], _ shapes: [String: ParameterShape], under place: String?,
        _ strangers: inout [(name: String, hint: String?)], _ misfits: inout [StripeError]
    ) {
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            let full = place.map { "\($0)[\(name)]" } ?? name
            guard let shape = shapes[name] else {
                strangers.append((full, nearest(to: name, among: shapes.keys.sorted())))
                continue
            }
            switch (shape, value) {
            case (.anything, _), (.text, .text), (.textOrFields, .text), (.map, .fields): break
            case (.fields, .text(let text)) where text.isEmpty: break
            case (.map, .text(let text)) where text.isEmpty: break
            case (.list, .text(let text)) where text.isEmpty: break
            case (.fields(let inner), .fields(let fields)), (.textOrFields(let inner), .fields(let fields)):
                check(fields, inner, under: full, &strangers, &misfits)
            case (.list, .fields) where value.elements?.allSatisfy({ $0.text != nil }) == true: break
            case (.list, _): misfits.append(.invalidRequest(code: nil, message: "Invalid array", param: full))
            case (.fields, _), (.map, _):
                misfits.append(.invalidRequest(code: nil, message: "Invalid object", param: full))
            case (.text, _):
                misfits.append(.invalidRequest(code: nil, message: "Invalid string for \(full)", param: full))
            }
        }
    }

    /// The known name that a misspelt one most likely stands for.
    private static func nearest(to name: String, among known: [String]) -> String? {
        guard name.utf8.count <= 40 else { return nil }
        let close = known.map { ($0, distance(Array(name.utf8), Array($0.utf8))) }.min { $0.1 < $1.1 }
        return close.flatMap { $0.1 <= 2 ? $0.0 : nil }
    }

    /// How many bytes must be put in, taken out or exchanged to make one text of the other (Levenshtein 1965).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (above, one) in left.enumerated() {
            var diagonal = row[0]
            row[0] = above + 1
            for (index, other) in right.enumerated() {
                let exchanged = diagonal + (one == other ? 0 : 1)
                diagonal = row[index + 1]
                row[index + 1] = min(exchanged, row[index] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
