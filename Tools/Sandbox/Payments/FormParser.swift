/// Reads `application/x-www-form-urlencoded` bodies with nested names, as Stripe's API takes them:
/// `amount=1999&metadata[order_id]=42&payment_method_types[]=card`.
enum FormParser {
    static let maximumPairs = 1_000
    static let maximumDepth = 8

    /// The parameters of a body or a query. A name given twice keeps its last value.
    /// - Throws: `FormError` when a name or value cannot be decoded or placed.
    static func parse(_ body: some StringProtocol) throws(FormError) -> [String: FormValue] {
        var root: [String: FormValue] = [:]
        var count = 0
        for pair in body.split(separator: "&") {
            count += 1
            guard count <= maximumPairs else { throw .tooLarge }
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try decode(String(halves[0]))
            let value = halves.count > 1 ? try decode(String(halves[1])) : ""
            try insert(value, at: try path(of: name)[...], named: name, into: &root)
        }
        return root
    }

    /// The steps of a name: `a[b][]` is `a`, `b` and the empty step, which stands for the next free position.
    private static func path(of name: String) throws(FormError) -> [String] {
        guard let open = name.firstIndex(of: "[") else {
            guard !name.isEmpty, !name.contains("]") else { throw .badName(name) }
            return [name]
        }
        guard open != name.startIndex, name.hasSuffix("]") else { throw .badName(name) }
        let inner = name[name.index(after: open)...].dropLast()
        var steps = [String(name[..<open])]
        for step in inner.split(separator: "][", omittingEmptySubsequences: false) {
            guard !step.contains("["), !step.contains("]") else { throw .badName(name) }
            steps.append(String(step))
        }
        guard steps.count <= maximumDepth else { throw .tooLarge }
        return steps
    }

    private static func insert(
        _ value: String, at path: ArraySlice<String>, named name: String, into fields: inout [String: FormValue]
    ) throws(FormError) {
        guard let step = path.first else { throw .badName(name) }
        let key = step.isEmpty ? String(fields.count) : step
        if path.count == 1 {
            if case .fields = fields[key] { throw .conflict(name) }
            fields[key] = .text(value)
            return
        }
        if case .text = fields[key] { throw .conflict(name) }
        var inner = fields[key]?.fields ?? [:]
        try insert(value, at: path.dropFirst(), named: name, into: &inner)
        fields[key] = .fields(inner)
    }

    private static func decode(_ text: String) throws(FormError) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
                else {
                    throw .badEncoding(text)
                }
                bytes.append(value)
                rest = rest.dropFirst(2)
            default: bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else { throw .badEncoding(text) }
        return decoded
    }
}

/// A parameter of a form-encoded body: a text, or named fields in it (`metadata[order_id]`); lists are fields named by
/// their position.
enum FormValue: Sendable, Equatable {
    case text(String)
    case fields([String: FormValue])

    /// The text, when it is one.
    var text: String? {
        if case .text(let value) = self { value } else { nil }
    }

    /// The fields, when it has some.
    var fields: [String: FormValue]? {
        if case .fields(let value) = self { value } else { nil }
    }

    /// The elements of a list (`types[0]=a&types[1]=b`, `types[]=a`) by position; nil when a name is no position.
    var elements: [FormValue]? {
        guard let fields else { return nil }
        let positions = fields.compactMap { entry in Int(entry.key).map { ($0, entry.value) } }
        return positions.count == fields.count ? positions.sorted { $0.0 < $1.0 }.map(\.1) : nil
    }

    /// Every text with its full name (`a[b]=c`), ordered by name: the same for two bodies that mean the same.
    var canonical: [String] { pairs(under: "").sorted() }

    private func pairs(under name: String) -> [String] {
        switch self {
        case .text(let value): [name + "=" + value]
        case .fields(let fields): fields.flatMap { $0.value.pairs(under: name.isEmpty ? $0.key : "\(name)[\($0.key)]") }
        }
    }
}

/// Why a form-encoded body could not be read.
enum FormError: Error, Equatable {
    /// A percent sign without two hexadecimal digits, or bytes that are no UTF-8.
    case badEncoding(String)
    /// Brackets that do not pair up, or an empty name.
    case badName(String)
    /// One name used both as a text and as something with fields.
    case conflict(String)
    /// Deeper or longer than any honest request.
    case tooLarge

    /// A sentence for the caller.
    var message: String {
        switch self {
        case .badEncoding(let part):
            "Could not decode the form body near '\(part)': percent-encoded UTF-8 was expected."
        case .badName(let name): "Invalid parameter name: '\(name)'. Names look like `amount` or `metadata[order_id]`."
        case .conflict(let name): "Parameter '\(name)' is given both as a value and as an object."
        case .tooLarge: "The form body has too many or too deeply nested parameters."
        }
    }
}
