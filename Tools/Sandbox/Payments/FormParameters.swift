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
