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
